#pragma once

#include <string>
#include <vector>

#include "data/json_cells.h"
#include "data/record_reader.h"

namespace r2rank::data {

/// Python dicts, one a line (python_literal.h), read as JsonlReader reads objects.
class PythonReader : public TextReader {
 public:
  PythonReader(std::unique_ptr<ByteSource> bytes, std::string source, std::vector<std::string> wanted);
  bool next(Record& record) override;
  const std::vector<std::string>& found_columns() const override { return cells_.found(); }
  void accept_any(size_t column) override { cells_.accept_any(column); }

 private:
  int64_t line_ = 0;
  JsonCells cells_;
};

/// Whether a text begins as a Python dict does and no JSON object can; a byte-order mark before it is passed
/// over.
bool looks_like_python(std::string_view beginning);

}  // namespace r2rank::data
