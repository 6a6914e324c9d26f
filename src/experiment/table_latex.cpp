#include "experiment/table_latex.h"

#include <fmt/format.h>

#include <cmath>

#include "experiment/table_cells.h"
#include "experiment/table_lines.h"

namespace r2rank::experiment {
namespace {

std::string latex_row(const ResultTable& table, const TableRow& row) {
  std::string text = latex_text(row.scorer) + (row.seeds > 1 ? fmt::format(" ({} seeds)", row.seeds) : "");
  for (size_t i = 0; i < row.metrics.size(); ++i) {
    const std::string mean = latex_number(row.metrics[i].mean);
    text += fmt::format(" & {} {{\\scriptsize {}}}", is_best(table, row, i) ? "\\textbf{" + mean + "}" : mean,
                        bracketed(row.metrics[i], latex_number));
  }
  for (const double value : {row.tokens_per_slate, row.ms_per_slate}) {
    text += " & " + (std::isnan(value) ? "--" : latex_text(short_number(value)));
  }
  return text + " \\\\\n";
}

std::string latex_pair(const PairedRow& row) {
  std::string text = latex_text(row.a) + " $-$ " + latex_text(row.b);
  for (const auto& test : row.tests) {
    text += fmt::format(" & ${}$ {{\\scriptsize [${}$, ${}$], ${}$}}", signed_decimal(test.difference.mean),
                        signed_decimal(test.difference.lo), signed_decimal(test.difference.hi),
                        p_value(test.p_holm));
  }
  return text + " & & \\\\\n";
}

}  // namespace

std::string render_latex(const ResultTable& table) {
  const std::string tests = table.pairs.empty() ? "" : "; " + table.test_method();
  std::string text = "% " + heading(table, "; ") + tests + "\n\\begin{tabular}{l" +
                     std::string(table.metrics.size() + 2, 'r') + "}\n\\toprule\nscorer";
  for (const std::string& metric : table.metrics) text += " & " + latex_text(metric);
  text += " & tokens & ms \\\\\n\\midrule\n";
  for (const TableRow& row : table.rows) text += latex_row(table, row);
  if (!table.pairs.empty()) text += "\\midrule\n";
  for (const PairedRow& row : table.pairs) text += latex_pair(row);
  return text + "\\bottomrule\n\\end{tabular}\n";
}

}  // namespace r2rank::experiment
