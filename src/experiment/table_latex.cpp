#include "experiment/table_latex.h"

#include <fmt/format.h>

#include <cmath>

#include "experiment/table_cells.h"

namespace r2rank::experiment {
namespace {

std::string latex_text(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\')
      result += "\\textbackslash{}";
    else if (c == '~')
      result += "\\textasciitilde{}";
    else if (c == '^')
      result += "\\textasciicircum{}";
    else if (c == '<' || c == '>' || c == '|')
      result += fmt::format("${}$", c);
    else
      result += escaped(std::string(1, c), "_%&#${}", '\\');
  }
  return result;
}

std::string latex_number(double value) {
  return std::isnan(value) ? "--" : decimal(value);
}

std::string latex_row(const ResultTable& table, const TableRow& row) {
  std::string text = latex_text(row.scorer);
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
    text += fmt::format(" & ${}$ {{\\scriptsize [${}$, ${}$]}}", signed_decimal(test.difference.mean),
                        signed_decimal(test.difference.lo), signed_decimal(test.difference.hi));
  }
  return text + " & & \\\\\n";
}

}  // namespace

std::string render_latex(const ResultTable& table) {
  std::string text = "% " + heading(table, "; ") + "\n\\begin{tabular}{l" +
                     std::string(table.metrics.size() + 2, 'r') + "}\n\\toprule\nscorer";
  for (const std::string& metric : table.metrics) text += " & " + latex_text(metric);
  text += " & tokens & ms \\\\\n\\midrule\n";
  for (const TableRow& row : table.rows) text += latex_row(table, row);
  if (!table.pairs.empty()) text += "\\midrule\n";
  for (const PairedRow& row : table.pairs) text += latex_pair(row);
  return text + "\\bottomrule\n\\end{tabular}\n";
}

}  // namespace r2rank::experiment
