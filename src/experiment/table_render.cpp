#include "experiment/table_render.h"

#include <fmt/ranges.h>

#include "base/error.h"
#include "experiment/table_data.h"
#include "experiment/table_latex.h"
#include "experiment/table_markdown.h"
#include "experiment/table_text.h"

namespace r2rank::experiment {

std::vector<std::string> table_format_names() {
  return {"text", "markdown", "csv", "json", "latex"};
}

TableFormat table_format(const std::string& name) {
  const auto names = table_format_names();
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<TableFormat>(i);
  }
  base::fail_usage("eval", "expected a table format of {} (found: '{}')", fmt::join(names, ", "), name);
}

std::string render(const ResultTable& table, TableFormat format) {
  switch (format) {
    case TableFormat::kText:
      return render_text(table);
    case TableFormat::kMarkdown:
      return render_markdown(table);
    case TableFormat::kCsv:
      return render_csv(table);
    case TableFormat::kJson:
      return render_json(table);
    case TableFormat::kLatex:
      return render_latex(table);
  }
  return "";
}

}  // namespace r2rank::experiment
