#include "data/jsonl_reader.h"

namespace r2rank::data {

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

JsonlReader::JsonlReader(std::unique_ptr<ByteSource> bytes, std::string source,
                         std::vector<std::string> wanted)
    : TextReader(std::move(bytes), source, wanted), cells_(std::move(source), std::move(wanted)) {}

bool JsonlReader::next(Record& record) {
  while (!window_.at_end()) {
    const std::string_view line = next_line(++line_);
    if (is_blank(line)) continue;
    record.line = line_;
    record.cells.assign(wanted_.size(), std::nullopt);
    check_row_utf8(line, line_, source_);
    if (!quick_.parse(line, cells_, record)) cells_.fill(cells_.parse(line, line_), record);
    return true;
  }
  return false;
}

}  // namespace r2rank::data
