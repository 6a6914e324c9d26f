#include "experiment/table_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "experiment/table_cells.h"

namespace r2rank::experiment {
namespace {

using Line = std::vector<std::string>;  // the cells of one line; an empty line is a rule

size_t width_of(const std::string& text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::vector<size_t> column_widths(const std::vector<Line>& lines) {
  std::vector<size_t> widths(lines[0].size(), 0);
  for (const Line& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width_of(line[i]));
  }
  return widths;
}

std::string repeated(const char* text, size_t count) {
  std::string result;
  for (size_t i = 0; i < count; ++i) result += text;
  return result;
}

std::string joined(const Line& line, const std::vector<size_t>& widths) {
  std::string text;
  for (size_t i = 0; i < line.size(); ++i) {
    const std::string padding(widths[i] - width_of(line[i]), ' ');
    text += i == 0 ? line[i] + padding : "  " + padding + line[i];
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

/// The first column stands left, the others right.
std::string aligned(const std::vector<Line>& lines) {
  const auto widths = column_widths(lines);
  size_t total = 2 * (widths.size() - 1);
  for (const size_t width : widths) total += width;
  std::string text;
  for (const Line& line : lines) text += line.empty() ? repeated("─", total) + "\n" : joined(line, widths);
  return text;
}

Line header_line(const ResultTable& table, const std::string& first) {
  Line line = {first};
  line.insert(line.end(), table.metrics.begin(), table.metrics.end());
  return line;
}

void add_row(const TableRow& row, std::vector<Line>& lines) {
  Line means = {row.scorer}, intervals = {""};
  for (const auto& interval : row.metrics) {
    means.push_back(decimal(interval.mean));
    intervals.push_back(decimal(interval.lo) + "–" + decimal(interval.hi));
  }
  means.push_back(short_number(row.tokens_per_slate));
  means.push_back(short_number(row.ms_per_slate));
  intervals.insert(intervals.end(), {"", ""});
  lines.push_back(means);
  lines.push_back(intervals);
}

void add_pair(const PairedRow& row, std::vector<Line>& lines) {
  Line means = {row.a}, intervals = {"  - " + row.b}, p_values = {""};
  for (const auto& test : row.tests) {
    means.push_back(signed_decimal(test.difference.mean));
    intervals.push_back(signed_decimal(test.difference.lo) + ", " + signed_decimal(test.difference.hi));
    p_values.push_back(p_value(test.p_value));
  }
  lines.insert(lines.end(), {means, intervals, p_values});
}

}  // namespace

std::string render_text(const ResultTable& table) {
  std::vector<Line> lines = {header_line(table, "scorer"), {}};
  lines[0].insert(lines[0].end(), {"tokens", "ms/slate"});
  for (const TableRow& row : table.rows) add_row(row, lines);
  std::string text = heading(table, "\n") + "\n\n" + aligned(lines);
  if (table.pairs.empty()) return text;
  std::vector<Line> differences = {header_line(table, "difference, same users"), {}};
  for (const PairedRow& row : table.pairs) add_pair(row, differences);
  return text + "\n" + aligned(differences);
}

}  // namespace r2rank::experiment
