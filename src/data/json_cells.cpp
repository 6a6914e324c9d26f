#include "data/json_cells.h"

#include <algorithm>

#include "base/error_text.h"
#include "base/json.h"

namespace r2rank::data {
namespace {

constexpr const char* kOneALine = "; write one object a line (of a list: jq -c '.[]')";

bool append(const nlohmann::json& value, std::string& text, int depth) {
  if (value.is_null()) return true;
  if (value.is_object() || depth > kMaxListDepth) return false;
  if (value.is_array())
    return std::all_of(value.begin(), value.end(), [&](const nlohmann::json& element) {
      if (!append(element, text, depth + 1)) return false;
      if (!element.is_array()) text += kListEnd;
      return true;
    });
  text += value.is_string() ? value.get_ref<const std::string&>() : value.dump();
  return true;
}

}  // namespace

JsonCells::JsonCells(std::string source, std::vector<std::string> wanted)
    : source_(std::move(source)),
      wanted_(std::move(wanted)),
      texts_(wanted_.size()),
      any_(wanted_.size(), false) {
  for (size_t column = 0; column < wanted_.size(); ++column) {
    const auto first = std::find(wanted_.begin(), wanted_.end(), wanted_[column]) - wanted_.begin();
    if (static_cast<size_t>(first) < column) repeated_.emplace_back(column, first);
  }
}

nlohmann::json JsonCells::parse(std::string_view line, int64_t number) const {
  try {
    return base::parse_json(line, "import", fmt::format("line {} of {}", number, source_));
  } catch (const base::Error& error) {
    // A document over several lines begins with a bracket that its line does not close.
    const bool document =
        number == 1 && (line.starts_with('[') || line.find_first_not_of("{ \t\r") == line.npos);
    throw RowError(RowFault::kForm, base::text_of(error) + (document ? kOneALine : ""));
  }
}

int JsonCells::column_of(std::string_view name) {
  const auto column = std::find(wanted_.begin(), wanted_.end(), name);
  const bool wanted = column != wanted_.end() && !name.empty();
  if (wanted || std::ssize(found_.names()) < kMostOtherNames) found_.add(name);
  return wanted ? static_cast<int>(column - wanted_.begin()) : -1;
}

std::string& JsonCells::text(size_t column) {
  texts_[column].clear();
  return texts_[column];
}

void JsonCells::repeat(Record& record) const {
  for (const auto& [column, first] : repeated_) record.cells[column] = record.cells[first];
}

void JsonCells::fill(const nlohmann::json& object, Record& record) {
  if (!object.is_object())
    fail_row(RowFault::kForm, "expected one JSON object a line in {}, found a JSON {} in line {}{}", source_,
             object.type_name(), record.line, kOneALine);
  record.cells.assign(wanted_.size(), std::nullopt);
  for (const auto& [name, value] : object.items()) {
    const int column = column_of(name);
    if (column < 0) continue;
    std::string& text = this->text(static_cast<size_t>(column));
    if (!append(value, text, 0)) {
      if (!any_[static_cast<size_t>(column)])
        fail_row(RowFault::kForm,
                 "expected text, a number or a list for '{}' in line {} of {}, found a JSON {}", name,
                 record.line, source_, value.type_name());
      text = value.type_name();
    }
    record.cells[static_cast<size_t>(column)] = text;
  }
  repeat(record);
}

}  // namespace r2rank::data
