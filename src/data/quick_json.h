#pragma once

#include <memory>
#include <string_view>

#include "data/json_cells.h"

namespace r2rank::data {

/// The quick way from a line of JSON to its cells, for lines that are as they should be: no tree of values
/// is built, and what nobody wants is skipped. JsonCells reads the others, and tells what is wrong with them.
class QuickJson {
 public:
  QuickJson();
  ~QuickJson();
  /// False when the line is not plainly good; the record's cells are then undefined. They live until the
  /// next call. REQUIRES: valid UTF-8.
  bool parse(std::string_view line, JsonCells& cells, Record& record);

 private:
  struct Parser;  // RapidJSON, kept out of this header
  std::unique_ptr<Parser> parser_;
};

}  // namespace r2rank::data
