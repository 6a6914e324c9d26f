#include "data/parquet_cell.h"

#include <arrow/api.h>
#include <arrow/util/float16.h>
#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "data/record_reader.h"

namespace r2rank::data {
namespace {

using arrow::Type;

template <class T>
void append_number(T value, std::string& text) {
  if constexpr (std::is_floating_point_v<T>)
    if (std::isnan(value)) return;
  fmt::format_to(std::back_inserter(text), "{}", value);
}

int64_t units_of_second(const arrow::DataType& type) {
  switch (static_cast<const arrow::TimestampType&>(type).unit()) {
    case arrow::TimeUnit::SECOND:
      return 1;
    case arrow::TimeUnit::MILLI:
      return 1000;
    case arrow::TimeUnit::MICRO:
      return 1'000'000;
    case arrow::TimeUnit::NANO:
      break;
  }
  return 1'000'000'000;
}

/// Rounded down, before 1970 too.
int64_t whole(int64_t value, int64_t units) {
  return value / units - (value % units < 0);
}

template <class Array>
auto value_of(const arrow::Array& array, int64_t row) {
  return static_cast<const Array&>(array).Value(row);
}

template <class Array>
void append_list(const arrow::Array& array, int64_t row, std::string& text) {
  const auto& lists = static_cast<const Array&>(array);
  for (int64_t i = lists.value_offset(row); i < lists.value_offset(row + 1); ++i) {
    append_cell(*lists.values(), i, text);
    if (!arrow::is_list(lists.value_type()->id())) text += kListEnd;
  }
}

void append_text(const arrow::Array& array, int64_t row, std::string& text) {
  const bool large = array.type_id() == Type::LARGE_STRING || array.type_id() == Type::LARGE_BINARY;
  text += large ? static_cast<const arrow::LargeBinaryArray&>(array).GetView(row)
                : static_cast<const arrow::BinaryArray&>(array).GetView(row);
}

bool append_number(const arrow::Array& array, int64_t row, std::string& text) {
  switch (array.type_id()) {
    case Type::INT8:
      return append_number(value_of<arrow::Int8Array>(array, row), text), true;
    case Type::INT16:
      return append_number(value_of<arrow::Int16Array>(array, row), text), true;
    case Type::INT32:
      return append_number(value_of<arrow::Int32Array>(array, row), text), true;
    case Type::INT64:
      return append_number(value_of<arrow::Int64Array>(array, row), text), true;
    case Type::UINT8:
      return append_number(value_of<arrow::UInt8Array>(array, row), text), true;
    case Type::UINT16:
      return append_number(value_of<arrow::UInt16Array>(array, row), text), true;
    case Type::UINT32:
      return append_number(value_of<arrow::UInt32Array>(array, row), text), true;
    case Type::UINT64:
      return append_number(value_of<arrow::UInt64Array>(array, row), text), true;
    case Type::FLOAT:
      return append_number(value_of<arrow::FloatArray>(array, row), text), true;
    case Type::DOUBLE:
      return append_number(value_of<arrow::DoubleArray>(array, row), text), true;
    case Type::HALF_FLOAT:
      return append_number(
                 arrow::util::Float16::FromBits(value_of<arrow::HalfFloatArray>(array, row)).ToFloat(), text),
             true;
    default:
      return false;
  }
}

}  // namespace

bool is_cell_type(const arrow::DataType& type) {
  if (arrow::is_base_binary_like(type.id()) || type.id() == Type::DECIMAL128 || type.id() == Type::DECIMAL256)
    return true;
  if (arrow::is_integer(type.id()) || type.id() == Type::FLOAT || type.id() == Type::DOUBLE) return true;
  switch (type.id()) {
    case Type::BOOL:
    case Type::TIMESTAMP:
    case Type::DATE32:
    case Type::DATE64:
    case Type::NA:
    case Type::HALF_FLOAT:
    case Type::STRING_VIEW:
    case Type::BINARY_VIEW:
      return true;
    case Type::LIST:
    case Type::LARGE_LIST:
      return is_cell_type(*type.field(0)->type());
    case Type::DICTIONARY:
      return is_cell_type(*static_cast<const arrow::DictionaryType&>(type).value_type());
    default:
      return false;
  }
}

void append_cell(const arrow::Array& array, int64_t row, std::string& text) {
  constexpr int64_t kDay = 86400;
  if (array.IsNull(row) || append_number(array, row, text)) return;
  switch (array.type_id()) {
    case Type::BOOL:
      text += value_of<arrow::BooleanArray>(array, row) ? "true" : "false";
      break;
    case Type::TIMESTAMP:
      append_number(whole(value_of<arrow::TimestampArray>(array, row), units_of_second(*array.type())), text);
      break;
    case Type::DATE32:
      append_number(value_of<arrow::Date32Array>(array, row) * kDay, text);
      break;
    case Type::DATE64:
      append_number(whole(value_of<arrow::Date64Array>(array, row), 1000), text);
      break;
    case Type::LIST:
      append_list<arrow::ListArray>(array, row, text);
      break;
    case Type::LARGE_LIST:
      append_list<arrow::LargeListArray>(array, row, text);
      break;
    case Type::DICTIONARY: {
      const auto& coded = static_cast<const arrow::DictionaryArray&>(array);
      append_cell(*coded.dictionary(), coded.GetValueIndex(row), text);
      break;
    }
    case Type::DECIMAL128:
      text += static_cast<const arrow::Decimal128Array&>(array).FormatValue(row);
      break;
    case Type::DECIMAL256:
      text += static_cast<const arrow::Decimal256Array&>(array).FormatValue(row);
      break;
    case Type::STRING_VIEW:
    case Type::BINARY_VIEW:
      text += static_cast<const arrow::BinaryViewArray&>(array).GetView(row);
      break;
    default:
      append_text(array, row, text);
  }
}

}  // namespace r2rank::data
