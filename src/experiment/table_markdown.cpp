#include "experiment/table_markdown.h"

#include <fmt/format.h>

#include "experiment/table_cells.h"
#include "experiment/table_lines.h"

namespace r2rank::experiment {
namespace {

std::string head(const ResultTable& table, const std::string& first, const Line& last) {
  Line names = {first};
  names.insert(names.end(), table.metrics.begin(), table.metrics.end());
  names.insert(names.end(), last.begin(), last.end());
  return markdown_head(names);
}

std::string markdown_row(const ResultTable& table, const TableRow& row) {
  std::vector<std::string> cells = {markdown_text(row.scorer) +
                                    (row.seeds > 1 ? fmt::format(" ({} seeds)", row.seeds) : "")};
  for (size_t i = 0; i < row.metrics.size(); ++i) {
    const std::string stars = is_best(table, row, i) ? "**" : "";
    cells.push_back(fmt::format("{0}{1}{0} {2}", stars, decimal(row.metrics[i].mean),
                                bracketed(row.metrics[i], decimal)));
  }
  cells.push_back(short_number(row.tokens_per_slate));
  cells.push_back(short_number(row.ms_per_slate));
  return markdown_line(cells);
}

std::string p_values(const PairedComparison& test, bool several) {
  const std::string p = p_value(test.p_permutation);
  return several ? fmt::format("{}, Holm {}", p, p_value(test.p_holm).substr(2)) : p;
}

std::string markdown_pair(const PairedRow& row, bool several) {
  std::vector<std::string> cells = {markdown_text(row.a + " - " + row.b)};
  for (const auto& test : row.tests) {
    cells.push_back(fmt::format("{} {}, {}", signed_decimal(test.difference.mean),
                                bracketed(test.difference, signed_decimal), p_values(test, several)));
  }
  return markdown_line(cells);
}

}  // namespace

std::string render_markdown(const ResultTable& table) {
  std::string text = heading(table, "; ") + "\n\n" + head(table, "scorer", {"tokens/slate", "ms/slate"});
  for (const TableRow& row : table.rows) text += markdown_row(table, row);
  if (table.pairs.empty()) return text;
  text += fmt::format("\n{}\n\n{}", table.test_method(), head(table, "difference, same users", {}));
  for (const PairedRow& row : table.pairs) text += markdown_pair(row, table.pairs.size() > 1);
  return text;
}

}  // namespace r2rank::experiment
