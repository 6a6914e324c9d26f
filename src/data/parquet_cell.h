#pragma once

#include <arrow/type_fwd.h>

#include <cstdint>
#include <string>

namespace r2rank::data {

/// Whether values of this type can stand in a cell.
bool is_cell_type(const arrow::DataType& type);
/// Appends the value of a row as the text of a cell: nothing for null. REQUIRES: is_cell_type(*array.type()).
void append_cell(const arrow::Array& array, int64_t row, std::string& text);

}  // namespace r2rank::data
