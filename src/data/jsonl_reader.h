#pragma once

#include <set>
#include <string>
#include <vector>

#include "data/record_reader.h"

namespace r2rank::data {

/// JSON lines: one object a line. Numbers become their text, null an empty cell, a list its elements each
/// ended by kListEnd (lists of lists are flattened).
class JsonlReader : public RecordReader {
 public:
  JsonlReader(std::string bytes, std::string source, std::vector<std::string> wanted);
  bool next(Record& record) override;
  const std::vector<std::string>& found_columns() const override { return found_; }

 private:
  std::string_view next_line();
  void parse_line(std::string_view text, Record& record);

  int64_t line_ = 0;
  std::vector<std::string> found_;
  std::set<std::string, std::less<>> known_;  // the names in found_
  std::vector<std::string> texts_;            // [wanted] the cells of the current record
};

}  // namespace r2rank::data
