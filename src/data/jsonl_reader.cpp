#include "data/jsonl_reader.h"

#include <simdjson.h>

#include <algorithm>

namespace r2rank::data {
namespace {

constexpr size_t kDepth = 64;  // as base::JsonLimits
using Value = simdjson::dom::element;
using Type = simdjson::dom::element_type;

/// A number as nlohmann::json writes it: 5.0 keeps its point.
void append_double(double value, std::string& text) {
  const size_t before = text.size();
  fmt::format_to(std::back_inserter(text), "{}", value);
  if (text.find_first_of(".e", before) == std::string::npos) text += ".0";
}

bool append_value(const Value& value, std::string& text, int depth);

bool append_list(const simdjson::dom::array& list, std::string& text, int depth) {
  if (depth > kMaxListDepth) return false;
  for (const Value element : list) {
    if (!append_value(element, text, depth + 1)) return false;
    if (!element.is_array()) text += kListEnd;
  }
  return true;
}

bool append_value(const Value& value, std::string& text, int depth) {
  switch (value.type()) {
    case Type::OBJECT:
      return false;
    case Type::ARRAY:
      return append_list(value.get_array().value_unsafe(), text, depth);
    case Type::STRING:
      text += value.get_string().value_unsafe();
      break;
    case Type::BOOL:
      text += value.get_bool().value_unsafe() ? "true" : "false";
      break;
    case Type::DOUBLE:
      append_double(value.get_double().value_unsafe(), text);
      break;
    case Type::INT64:
      fmt::format_to(std::back_inserter(text), "{}", value.get_int64().value_unsafe());
      break;
    case Type::UINT64:
      fmt::format_to(std::back_inserter(text), "{}", value.get_uint64().value_unsafe());
      break;
    case Type::NULL_VALUE:
      break;
  }
  return true;
}

}  // namespace

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

/// The quick way for a line that is as it should be. Anything else is parsed again by nlohmann::json, which
/// tells what is wrong with it.
struct JsonlReader::Fast {
  simdjson::dom::parser parser;
  std::vector<std::pair<std::string, int>> usual;  // keys of an earlier line in order, and their columns

  /// False when the line is not plainly good. REQUIRES: TextWindow::kPadding bytes behind the line.
  bool parse(std::string_view line, JsonCells& cells, Record& record) {
    static_assert(simdjson::SIMDJSON_PADDING <= TextWindow::kPadding);
    if (parser.capacity() < line.size() &&
        parser.allocate(2 * line.size() + 4096, kDepth) != simdjson::SUCCESS)
      return false;
    simdjson::dom::object object;
    if (parser.parse(line.data(), line.size(), /*realloc_if_needed=*/false).get_object().get(object) !=
        simdjson::SUCCESS)
      return false;
    size_t place = 0;
    for (const auto& [key, value] : object)
      if (const int column = column_of(key, place++, cells);
          column >= 0 && !set_cell(value, static_cast<size_t>(column), cells, record))
        return false;
    cells.repeat(record);
    return true;
  }

  int column_of(std::string_view key, size_t place, JsonCells& cells) {
    if (place >= usual.size()) usual.resize(place + 1, {"", -1});
    auto& [name, column] = usual[place];
    if (name != key) {
      column = cells.column_of(key);
      name = key;
    }
    return column;
  }

  static bool set_cell(const Value& value, size_t column, JsonCells& cells, Record& record) {
    if (value.is_string()) {
      record.cells[column] = value.get_string().value_unsafe();
      return true;
    }
    std::string& text = cells.text(column);
    if (!append_value(value, text, 0)) return false;
    record.cells[column] = text;
    return true;
  }
};

JsonlReader::JsonlReader(std::unique_ptr<ByteSource> bytes, std::string source,
                         std::vector<std::string> wanted)
    : TextReader(std::move(bytes), source, wanted),
      cells_(std::move(source), std::move(wanted)),
      fast_(std::make_unique<Fast>()) {}

JsonlReader::~JsonlReader() = default;

bool JsonlReader::next(Record& record) {
  while (!window_.at_end()) {
    const std::string_view line = next_line(++line_);
    if (is_blank(line)) continue;
    record.line = line_;
    record.cells.assign(wanted_.size(), std::nullopt);
    if (fast_->parse(line, cells_, record)) return true;
    check_row_utf8(line, line_, source_);
    cells_.fill(cells_.parse(line, line_), record);
    return true;
  }
  return false;
}

}  // namespace r2rank::data
