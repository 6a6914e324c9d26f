#include "experiment/table_text.h"

#include <fmt/format.h>

#include "experiment/table_cells.h"
#include "experiment/table_lines.h"

namespace r2rank::experiment {
namespace {

Line header_line(const ResultTable& table, const std::string& first) {
  Line line = {first};
  line.insert(line.end(), table.metrics.begin(), table.metrics.end());
  return line;
}

void add_row(const TableRow& row, std::vector<Line>& lines) {
  Line means = {row.scorer}, intervals = {row.seeds > 1 ? fmt::format("  {} seeds", row.seeds) : ""};
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

void add_pair(const PairedRow& row, bool several, std::vector<Line>& lines) {
  Line means = {row.a}, intervals = {"  - " + row.b}, p_values = {""}, corrected = {""};
  for (const auto& test : row.tests) {
    means.push_back(signed_decimal(test.difference.mean));
    intervals.push_back(signed_decimal(test.difference.lo) + ", " + signed_decimal(test.difference.hi));
    p_values.push_back(p_value(test.p_permutation));
    corrected.push_back("Holm " + p_value(test.p_holm).substr(2));
  }
  lines.insert(lines.end(), {means, intervals, p_values});
  if (several) lines.push_back(corrected);
}

}  // namespace

std::string render_text(const ResultTable& table) {
  std::vector<Line> lines = {header_line(table, "scorer"), {}};
  lines[0].insert(lines[0].end(), {"tokens", "ms/slate"});
  for (const TableRow& row : table.rows) add_row(row, lines);
  std::string text = heading(table, "\n") + "\n\n" + aligned(lines);
  if (table.pairs.empty()) return text;
  std::vector<Line> differences = {header_line(table, "difference, same users"), {}};
  for (const PairedRow& row : table.pairs) add_pair(row, table.pairs.size() > 1, differences);
  return text + "\n" + table.test_method() + "\n\n" + aligned(differences);
}

}  // namespace r2rank::experiment
