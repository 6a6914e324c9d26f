#include "data/jsonl_reader.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"

namespace r2rank::data {
namespace {

using Json = nlohmann::json;
constexpr int kMaxListDepth = 8;  // Amazon's nested categories need 2; a bound keeps the recursion safe

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

bool append_text(const Json& value, std::string& text, int depth) {
  if (value.is_null()) return true;
  if (value.is_object() || depth > kMaxListDepth) return false;
  if (value.is_array())
    return std::all_of(value.begin(), value.end(), [&](const Json& element) {
      if (!append_text(element, text, depth + 1)) return false;
      if (!element.is_array()) text += kListEnd;
      return true;
    });
  text += value.is_string() ? value.get_ref<const std::string&>() : value.dump();
  return true;
}

}  // namespace

JsonlReader::JsonlReader(std::string bytes, std::string source, std::vector<std::string> wanted)
    : RecordReader(std::move(bytes), std::move(source), std::move(wanted)), texts_(wanted_.size()) {
  if (bytes_.starts_with("\xEF\xBB\xBF")) at_ = 3;
}

std::string_view JsonlReader::next_line() {
  const size_t end = std::min(bytes_.find('\n', at_), bytes_.size());
  const std::string_view text = std::string_view(bytes_).substr(at_, end - at_);
  at_ = end + 1;
  ++line_;
  return text;
}

bool JsonlReader::next(Record& record) {
  while (at_ < bytes_.size()) {
    const std::string_view text = next_line();
    if (is_blank(text)) continue;
    parse_line(text, record);
    return true;
  }
  return false;
}

void JsonlReader::parse_line(std::string_view text, Record& record) {
  const Json object = base::parse_json(text, "import", fmt::format("line {} of {}", line_, source_));
  if (!object.is_object())
    base::fail_data("import", "expected one JSON object a line in {}, found a JSON {} in line {}", source_,
                    object.type_name(), line_);
  for (const auto& [name, value] : object.items())
    if (known_.insert(name).second) found_.push_back(name);
  record.line = line_;
  record.cells.assign(wanted_.size(), std::nullopt);
  for (size_t i = 0; i < wanted_.size(); ++i) {
    const auto value = wanted_[i].empty() ? object.end() : object.find(wanted_[i]);
    if (value == object.end()) continue;
    texts_[i].clear();
    if (!append_text(*value, texts_[i], 0))
      base::fail_data("import",
                      "expected text, a number or a list for '{}' in line {} of {}, found a JSON {}",
                      wanted_[i], line_, source_, value->type_name());
    record.cells[i] = texts_[i];
  }
}

}  // namespace r2rank::data
