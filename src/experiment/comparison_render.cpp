#include "experiment/comparison_render.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "experiment/comparison_data.h"
#include "experiment/table_cells.h"
#include "experiment/table_lines.h"

namespace r2rank::experiment {
namespace {

constexpr size_t kWidestName = 16;  // of a column for a terminal
constexpr size_t kHashDigits = 8;   // enough to tell slates apart by eye

/// "+", "-" or "".
const char* mark_of(const ComparisonTable& table, const ComparisonCell& cell) {
  const char* const kMarks[] = {"-", "", "+"};
  return kMarks[significance(table, cell) + 1];
}

bool has_seeds(const ComparisonTable& table) {
  for (const auto& row : table.rows)
    for (const auto& cell : row.cells)
      if (cell && cell->seeds > 1) return true;
  return false;
}

/// "d946ed19", of a part of the slates "d946ed19:sample300-seed7".
std::string short_hash(const std::string& hash) {
  const size_t part = std::min(hash.find(':'), hash.size());
  return hash.substr(0, std::min(part, kHashDigits)) + hash.substr(part);
}

/// What the columns were measured on: once where all share their slates, as the labels of a slice do.
std::string protocols_of(const ComparisonTable& table) {
  const auto& columns = table.columns;
  const bool shared = std::all_of(columns.begin(), columns.end(), [&](const auto& column) {
    return column.slates_hash == columns[0].slates_hash;
  });
  const auto of = [](const ComparisonColumn& column) {
    return fmt::format("{} (slates {})", column.protocol, short_hash(column.slates_hash));
  };
  if (shared) return columns.empty() ? "" : "protocol " + of(columns[0]);
  std::vector<std::string> each;
  for (const auto& column : columns) each.push_back(fmt::format("{}: {}", column.name, of(column)));
  return fmt::format("protocols {}", fmt::join(each, ", "));
}

/// Columns without results of the reference have no tests: said, lest no mark be taken for no difference.
std::string untested_of(const ComparisonTable& table) {
  std::vector<std::string> names;
  for (const auto& row : table.rows)
    for (size_t column = 0; row.scorer == table.options.reference && column < row.cells.size(); ++column)
      if (!row.cells[column]) names.push_back(table.columns[column].name);
  return names.empty() ? ""
                       : fmt::format("; not tested for want of {}: {}", table.options.reference,
                                     fmt::join(names, ", "));
}

std::string users_of(const ComparisonColumn& column) {
  return fmt::format("{} users", column.users);
}

// ---- text ----

void add_text_row(const ComparisonTable& table, const ComparisonRow& row, std::vector<Line>& lines) {
  Line means = {row.scorer}, intervals = {""};
  for (size_t column = 0; column < row.cells.size(); ++column) {
    const auto& cell = row.cells[column];
    means.push_back(!cell ? decimal(NAN)
                          : fmt::format("{}{}{}", is_best(table, row, column) ? "*" : "",
                                        decimal(cell->value.mean), mark_of(table, *cell)));
    intervals.push_back(!cell ? "" : decimal(cell->value.lo) + "–" + decimal(cell->value.hi));
  }
  lines.insert(lines.end(), {means, intervals});
}

std::string render_text(const ComparisonTable& table) {
  Line names = {table.title}, users = {""};
  for (const auto& column : table.columns) {
    names.push_back(shortened(column.name, kWidestName));
    users.push_back(users_of(column));
  }
  std::vector<Line> lines = {names, users, {}};
  for (const auto& row : table.rows) add_text_row(table, row, lines);
  return comparison_heading(table, "\n") + "\n\n" + aligned(lines);
}

// ---- Markdown ----

std::string markdown_cell(const ComparisonTable& table, const ComparisonRow& row, size_t column) {
  const auto& cell = row.cells[column];
  if (!cell) return decimal(NAN);
  const char* bold = is_best(table, row, column) ? "**" : "";
  const std::string mark = mark_of(table, *cell);
  return fmt::format("{0}{1}{0}{2} {3}", bold, decimal(cell->value.mean),
                     mark.empty() ? "" : "<sup>" + mark + "</sup>", bracketed(cell->value, decimal));
}

std::string render_markdown(const ComparisonTable& table) {
  Line names = {table.title};
  for (const auto& column : table.columns)
    names.push_back(fmt::format("{} ({})", markdown_text(column.name), users_of(column)));
  std::string text = comparison_heading(table, "; ") + "\n\n" + markdown_head(names);
  for (const auto& row : table.rows) {
    Line cells = {markdown_text(row.scorer)};
    for (size_t column = 0; column < row.cells.size(); ++column)
      cells.push_back(markdown_cell(table, row, column));
    text += markdown_line(cells);
  }
  return text;
}

// ---- LaTeX ----

std::string latex_cell(const ComparisonTable& table, const ComparisonRow& row, size_t column) {
  const auto& cell = row.cells[column];
  if (!cell) return latex_number(NAN);
  const std::string mean = latex_number(cell->value.mean), mark = mark_of(table, *cell);
  return fmt::format("{}{} {{\\scriptsize {}}}",
                     is_best(table, row, column) ? "\\textbf{" + mean + "}" : mean,
                     mark.empty() ? "" : "$^{" + mark + "}$", bracketed(cell->value, latex_number));
}

std::string render_latex(const ComparisonTable& table) {
  std::string text = "% " + comparison_heading(table, "; ") + "\n\\begin{tabular}{l" +
                     std::string(table.columns.size(), 'r') + "}\n\\toprule\n" + latex_text(table.title);
  for (const auto& column : table.columns) text += " & " + latex_text(column.name);
  text += " \\\\\n";
  for (const auto& column : table.columns) text += " & {\\scriptsize " + users_of(column) + "}";
  text += " \\\\\n\\midrule\n";
  for (const auto& row : table.rows) {
    text += latex_text(row.scorer);
    for (size_t column = 0; column < row.cells.size(); ++column)
      text += " & " + latex_cell(table, row, column);
    text += " \\\\\n";
  }
  return text + "\\bottomrule\n\\end{tabular}\n";
}

}  // namespace

std::string comparison_heading(const ComparisonTable& table, const std::string& separator) {
  const auto& options = table.options;
  std::string text = fmt::format(
      "{} by {}; {}{}intervals: 95 % percentile bootstrap over users{}, {} resamples, seed {}",
      options.metric, table.title, protocols_of(table), separator,
      has_seeds(table) ? " and training seeds" : "", options.resampling.resamples, options.resampling.seed);
  if (!options.reference.empty())
    text += fmt::format(
        "{}+ better, - worse than {}: randomisation test, {} permutations, Holm within a column, p <= {}{}",
        separator, options.reference, options.resampling.permutations, options.level, untested_of(table));
  return text;
}

std::string render(const ComparisonTable& table, TableFormat format) {
  switch (format) {
    case TableFormat::kText:
      return render_text(table);
    case TableFormat::kMarkdown:
      return render_markdown(table);
    case TableFormat::kLatex:
      return render_latex(table);
    case TableFormat::kCsv:
      return comparison_csv(table);
    case TableFormat::kJson:
      return comparison_json(table).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
             "\n";
  }
  return "";
}

}  // namespace r2rank::experiment
