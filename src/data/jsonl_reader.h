#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/json_cells.h"
#include "data/quick_json.h"
#include "data/record_reader.h"

namespace r2rank::data {

/// JSON lines: one object a line, blank lines skipped. Numbers become their text, null an empty cell, a list
/// its elements each ended by kListEnd (lists of lists are flattened). Of a key that comes twice the last
/// value counts.
class JsonlReader : public TextReader {
 public:
  JsonlReader(std::unique_ptr<ByteSource> bytes, std::string source, std::vector<std::string> wanted);
  bool next(Record& record) override;
  const std::vector<std::string>& found_columns() const override { return cells_.found(); }
  void accept_any(size_t column) override { cells_.accept_any(column); }

 private:
  int64_t line_ = 0;
  JsonCells cells_;
  QuickJson quick_;
};

/// Whether a line has nothing but white space.
bool is_blank(std::string_view line);

}  // namespace r2rank::data
