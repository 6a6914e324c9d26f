#include "data/cell_values.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace r2rank::data {
namespace {

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

/// That a column is not there, with what is; at most so much of it as a person reads.
std::string missing_column(const RecordReader& reader, const std::string& column, const std::string& flag) {
  constexpr size_t kLongest = 300;
  std::string found = fmt::format("{}", fmt::join(reader.found_columns(), ", "));
  const bool carriage_returns = found.find('\r') != std::string::npos;
  if (found.size() > kLongest) {
    size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(found[end]) & 0xC0) == 0x80) --end;  // no half characters
    found = found.substr(0, end) + " ...";
  }
  const std::string advice = carriage_returns ? "its lines end in CR alone: convert them (tr '\\r' '\\n')"
                             : flag.empty()
                                 ? "the layout's columns are fixed: --format csv, jsonl or parquet "
                                   "reads columns of any name"
                                 : "name it with " + flag + " (a CSV needs a header line)";
  return fmt::format("expected a column '{}' in {} (found: {}); {}", column, reader.source(), found, advice);
}

[[noreturn]] void fail_number(std::string_view what, std::string_view text, const CellPlace& place) {
  fail_row(RowFault::kNumber,
           "expected {} in line {}, column '{}' of {}, found '{}'; correct or remove the line", what,
           place.record.line, place.column, place.reader.source(), text.substr(0, 40));
}

/// The text of a cell that holds one value. An id or a number put together from a list's elements would be
/// one that nobody wrote.
std::string_view one_value(std::string_view cell, const CellPlace& place) {
  if (cell.find(kListEnd) != std::string_view::npos)
    fail_row(RowFault::kForm,
             "expected one value in line {}, column '{}' of {}, found a list; write a line for each of its "
             "elements",
             place.record.line, place.column, place.reader.source());
  return trimmed(cell);
}

bool was_found(const RecordReader& reader, const std::string& column) {
  const auto& found = reader.found_columns();
  return std::find(found.begin(), found.end(), column) != found.end();
}

template <class T>
bool parse_whole(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string_view required_text(size_t wanted, const CellPlace& place) {
  const auto& cell = place.record.cells[wanted];
  if (!cell && !was_found(place.reader, place.column))
    throw RowError(RowFault::kMissing, missing_column(place.reader, place.column, place.flag));
  if (!cell)
    fail_row(RowFault::kMissing, "expected a field '{}' in line {} of {}, found none", place.column,
             place.record.line, place.reader.source());
  const std::string_view text = one_value(*cell, place);
  if (text.empty())
    fail_row(RowFault::kMissing, "expected a value in line {}, column '{}' of {}, found an empty one",
             place.record.line, place.column, place.reader.source());
  return text;
}

std::string_view optional_text(const Record& record, size_t wanted) {
  return record.cells[wanted] ? trimmed(*record.cells[wanted]) : std::string_view();
}

std::string_view optional_value(size_t wanted, const CellPlace& place) {
  const auto& cell = place.record.cells[wanted];
  return cell ? one_value(*cell, place) : std::string_view();
}

int64_t parse_time(std::string_view text, const CellPlace& place) {
  constexpr std::string_view kExpected = "a timestamp (a number of seconds, 0 or more)";
  int64_t whole = 0;
  if (parse_whole(text, whole)) {
    if (whole < 0) fail_number(kExpected, text, place);
    return whole;
  }
  double value = 0;
  constexpr double kLargest = 0x1.0p62;
  if (!parse_whole(text, value) || !(value >= 0 && value <= kLargest)) fail_number(kExpected, text, place);
  return static_cast<int64_t>(std::floor(value));
}

float parse_rating(std::string_view text, const CellPlace& place) {
  if (text.empty()) return std::numeric_limits<float>::quiet_NaN();
  double value = 0;
  if (!parse_whole(text, value) || !(value >= 0 && value <= std::numeric_limits<float>::max()))
    fail_number("a rating (a number, 0 or more)", text, place);
  return static_cast<float>(value);
}

std::vector<std::string> split_list(std::string_view cell, char separator) {
  if (cell.find(kListEnd) != std::string_view::npos) separator = kListEnd;
  std::vector<std::string> elements;
  while (!cell.empty()) {
    const size_t end = separator == '\0' ? cell.size() : std::min(cell.find(separator), cell.size());
    const std::string_view element = trimmed(cell.substr(0, end));
    if (!element.empty()) elements.emplace_back(element);
    cell.remove_prefix(std::min(end + 1, cell.size()));
  }
  return elements;
}

std::string join_list(std::string_view cell) {
  return fmt::format("{}", fmt::join(split_list(cell, '\0'), " "));
}

void check_found(const RecordReader& reader, const std::string& column, const std::string& flag) {
  if (!was_found(reader, column)) base::fail_data("import", "{}", missing_column(reader, column, flag));
}

}  // namespace r2rank::data
