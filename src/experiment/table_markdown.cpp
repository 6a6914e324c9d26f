#include "experiment/table_markdown.h"

#include <fmt/ranges.h>

#include "experiment/table_cells.h"

namespace r2rank::experiment {
namespace {

std::string markdown_line(const std::vector<std::string>& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

std::string markdown_head(const ResultTable& table, const std::string& first,
                          const std::vector<std::string>& last) {
  std::vector<std::string> names = {first};
  names.insert(names.end(), table.metrics.begin(), table.metrics.end());
  names.insert(names.end(), last.begin(), last.end());
  std::vector<std::string> rule(names.size(), "---:");
  rule[0] = ":---";
  return markdown_line(names) + markdown_line(rule);
}

std::string markdown_row(const ResultTable& table, const TableRow& row) {
  std::vector<std::string> cells = {escaped(row.scorer, "|\\*_`", '\\')};
  for (size_t i = 0; i < row.metrics.size(); ++i) {
    const std::string stars = is_best(table, row, i) ? "**" : "";
    cells.push_back(fmt::format("{0}{1}{0} {2}", stars, decimal(row.metrics[i].mean),
                                bracketed(row.metrics[i], decimal)));
  }
  cells.push_back(short_number(row.tokens_per_slate));
  cells.push_back(short_number(row.ms_per_slate));
  return markdown_line(cells);
}

std::string markdown_pair(const PairedRow& row) {
  std::vector<std::string> cells = {escaped(row.a + " - " + row.b, "|\\*_`", '\\')};
  for (const auto& test : row.tests) {
    cells.push_back(fmt::format("{} {}, {}", signed_decimal(test.difference.mean),
                                bracketed(test.difference, signed_decimal), p_value(test.p_value)));
  }
  return markdown_line(cells);
}

}  // namespace

std::string render_markdown(const ResultTable& table) {
  std::string text =
      heading(table, "; ") + "\n\n" + markdown_head(table, "scorer", {"tokens/slate", "ms/slate"});
  for (const TableRow& row : table.rows) text += markdown_row(table, row);
  if (table.pairs.empty()) return text;
  text += fmt::format("\n{}", markdown_head(table, "difference, same users", {}));
  for (const PairedRow& row : table.pairs) text += markdown_pair(row);
  return text;
}

}  // namespace r2rank::experiment
