#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/record_reader.h"

namespace r2rank::data {

/// Where a cell stands, for messages.
struct CellPlace {
  const RecordReader& reader;
  const Record& record;
  std::string column;
  std::string flag;  ///< the flag that names the column, "--timestamp-column"; "" where the layout names it
};

/// The text of a cell that must be there, not be empty and be no list. Errors: RowError, listing the
/// columns that were found where the column is absent.
std::string_view required_text(size_t wanted, const CellPlace& place);
/// The text of a cell that may be empty or absent, but is no list. Errors: RowError.
std::string_view optional_value(size_t wanted, const CellPlace& place);
/// The text of a cell that may be a list, or "" where there is none.
std::string_view optional_text(const Record& record, size_t wanted);

/// A timestamp: finite, 0 or more; a fraction is cut off, scientific notation is read. Errors: RowError.
int64_t parse_time(std::string_view text, const CellPlace& place);
/// A rating: finite, 0 or more; NaN for an empty cell. Errors: RowError.
float parse_rating(std::string_view text, const CellPlace& place);

/// The elements of a cell: of a list as it was, of plain text cut at `separator` ('\0': not at all); empty
/// ones vanish.
std::vector<std::string> split_list(std::string_view cell, char separator);
/// A cell as one text: the elements of a list joined by a space.
std::string join_list(std::string_view cell);

/// Checks that a column was in the file; `flag` names it, "" where the layout does. Errors: kData.
void check_found(const RecordReader& reader, const std::string& column, const std::string& flag);

}  // namespace r2rank::data
