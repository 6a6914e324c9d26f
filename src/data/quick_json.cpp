#include "data/quick_json.h"

#ifdef __SSE2__
#define RAPIDJSON_SSE2
#endif
#define RAPIDJSON_NAMESPACE r2rank_rapidjson
#define RAPIDJSON_NAMESPACE_BEGIN namespace r2rank_rapidjson {
#define RAPIDJSON_NAMESPACE_END }
#include <rapidjson/reader.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace r2rank::data {
namespace {

namespace json = r2rank_rapidjson;

constexpr int kDepth = 64;  // as base::JsonLimits
/// The parser reads aligned blocks of so many bytes, the last one beyond the end of the text.
constexpr size_t kPadding = 16;

/// Numbers that JsonCells would write otherwise than they stand there.
bool is_plain_number(std::string_view text) {
  if (text.size() > 18 || text == "-0" || text.find_first_of("eE") != std::string_view::npos) return false;
  if (text.find('.') == std::string_view::npos) return true;
  // A fraction is written with the fewest digits, a small or a long one with an exponent.
  const bool shortest = !text.ends_with('0') || text.ends_with(".0");
  return shortest && text.size() <= 15 && text.find("0.000") == std::string_view::npos;
}

/// Fills a record from the parser's events. An event that returns false ends the parse.
class RecordEvents : public json::BaseReaderHandler<json::UTF8<>, RecordEvents> {
 public:
  void begin(JsonCells& cells, Record& record) {
    cells_ = &cells;
    record_ = &record;
    depth_ = 0;
    column_ = -1;
    place_ = 0;
  }

  bool Null() { return value(""); }
  bool Bool(bool truth) { return value(truth ? "true" : "false"); }
  bool RawNumber(const char* text, json::SizeType length, bool /*copy*/) {
    const std::string_view number(text, length);
    return depth_ > 0 && (column_ < 0 || (is_plain_number(number) && value(number)));
  }
  bool String(const char* text, json::SizeType length, bool /*copy*/) { return value({text, length}); }
  bool StartObject() { return depth_ == 0 || column_ < 0 ? ++depth_ <= kDepth : false; }
  bool Key(const char* text, json::SizeType length, bool /*copy*/) {
    if (depth_ == 1) column_ = column_of({text, length});
    return true;
  }
  bool EndObject(json::SizeType /*members*/) {
    --depth_;
    return true;
  }
  bool StartArray() {
    if (depth_ == 0 || (column_ >= 0 && depth_ > kMaxListDepth)) return false;
    if (depth_ == 1 && column_ >= 0) text_ = &cells_->text(static_cast<size_t>(column_));
    return ++depth_ <= kDepth;
  }
  bool EndArray(json::SizeType /*elements*/) {
    if (--depth_ == 1 && column_ >= 0) record_->cells[static_cast<size_t>(column_)] = *text_;
    return true;
  }

 private:
  bool value(std::string_view text) {
    if (depth_ == 0) return false;
    if (column_ < 0) return true;
    if (depth_ == 1) {
      record_->cells[static_cast<size_t>(column_)] = text;
    } else {
      text_->append(text);
      *text_ += kListEnd;
    }
    return true;
  }

  /// Lines of one file mostly have the same keys in the same order.
  int column_of(std::string_view key) {
    const size_t place = place_++;
    if (place >= usual_.size()) usual_.resize(place + 1, {"", -1});
    auto& [name, column] = usual_[place];
    if (name != key || key.empty()) {
      column = cells_->column_of(key);
      name = key;
    }
    return column;
  }

  JsonCells* cells_ = nullptr;
  Record* record_ = nullptr;
  int depth_ = 0, column_ = -1;  // open objects and lists; of the member that is read, -1: nobody wants it
  std::string* text_ = nullptr;  // of the list that is read
  size_t place_ = 0;
  std::vector<std::pair<std::string, int>> usual_;  // keys of an earlier line in order, and their columns
};

/// Escapes of half a character are for the other parser.
bool has_surrogate(std::string_view line) {
  for (size_t at = line.find("\\u"); at != std::string_view::npos; at = line.find("\\u", at + 2))
    if (at + 2 < line.size() && (line[at + 2] == 'd' || line[at + 2] == 'D')) return true;
  return false;
}

}  // namespace

struct QuickJson::Parser {
  json::Reader reader;
  RecordEvents events;
  std::vector<char> line;  // its strings are unescaped in place; ends with kPadding zeros
};

QuickJson::QuickJson() : parser_(std::make_unique<Parser>()) {}
QuickJson::~QuickJson() = default;

bool QuickJson::parse(std::string_view line, JsonCells& cells, Record& record) {
  if (has_surrogate(line) || line.find('\0') != std::string_view::npos) return false;
  parser_->line.assign(line.begin(), line.end());
  parser_->line.resize(line.size() + kPadding, '\0');
  parser_->events.begin(cells, record);
  json::InsituStringStream stream(parser_->line.data());
  constexpr unsigned kFlags =
      json::kParseInsituFlag | json::kParseNumbersAsStringsFlag | json::kParseIterativeFlag;
  if (parser_->reader.Parse<kFlags>(stream, parser_->events).IsError()) return false;
  cells.repeat(record);
  return true;
}

}  // namespace r2rank::data
