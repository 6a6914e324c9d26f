#include "experiment/comparison_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/progress.h"
#include "experiment/baseline_folder.h"
#include "experiment/comparison_data.h"
#include "experiment/comparison_render.h"
#include "experiment/split_findings.h"
#include "experiment/table_lines.h"

namespace r2rank::experiment {
namespace {

using Json = nlohmann::ordered_json;

std::string joined(const baselines::SettingValues& settings) {
  std::string text;
  for (const auto& [name, value] : settings)
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", name, value);
  return text;
}

std::string joined(const std::vector<std::pair<std::string, double>>& notes) {
  std::string text;
  for (const auto& [name, value] : notes)
    text += fmt::format("{}{} {:.4g}", text.empty() ? "" : ", ", name, value);
  return text;
}

std::string name_of(const MeasuredRow& row) {
  return fmt::format("{} / {} (seed {})", row.dataset, row.row, row.seed);
}

// ---- Markdown ----

std::string ending(const MeasuredRow& row) {
  std::string text = row.ended_by == "minutes" ? "**minutes**" : row.ended_by;
  if (row.trials_cut > (row.ended_by == "minutes" ? 1 : 0))
    text += fmt::format("; {} of {} trials by **minutes**", row.trials_cut, row.trials);
  if (row.trials_not_begun > 0) text += fmt::format("; **{} trials not begun**", row.trials_not_begun);
  return text;
}

std::string row_line(const MeasuredRow& row) {
  if (!row.failure.empty())
    return markdown_line({markdown_text(row.dataset), markdown_text(row.row), row.method,
                          fmt::format("{}", row.seed), "", "", "", "", "", "**failed**", "",
                          markdown_text(row.failure)});
  return markdown_line({markdown_text(row.dataset), markdown_text(row.row), row.method,
                        fmt::format("{}", row.seed), base::format_duration(row.training_seconds),
                        base::format_duration(row.scoring_seconds), fmt::format("{:.3g}", row.ms_per_slate),
                        fmt::format("{:.0f}", row.tokens_per_slate),
                        is_combination(row.method) ? "" : fmt::format("{}", row.trials), ending(row),
                        std::isnan(row.valid_ndcg) ? "" : fmt::format("{:.4f}", row.valid_ndcg),
                        markdown_text(joined(row.settings))});
}

/// What rows might take, those of one budget in a line.
std::string budgets_list(const ComparisonResult& result) {
  std::vector<std::pair<std::string, std::vector<std::string>>> budgets;
  for (const auto& row : result.rows) {
    if (row.budget.empty()) continue;
    const std::string budget = joined(row.budget);
    auto found = std::find_if(budgets.begin(), budgets.end(),
                              [&](const auto& entry) { return entry.first == budget; });
    if (found == budgets.end()) found = budgets.insert(budgets.end(), {budget, {}});
    auto& names = found->second;
    if (std::find(names.begin(), names.end(), row.row) == names.end()) names.push_back(row.row);
  }
  std::string text = "\nBudgets, of those rows that learn by epochs or are tuned:\n\n";
  for (const auto& [budget, names] : budgets)
    text += fmt::format("- {}: {}\n", budget, markdown_text(fmt::format("{}", fmt::join(names, ", "))));
  return budgets.empty() ? "" : text;
}

std::string rows_table(const ComparisonResult& result) {
  std::string text =
      "## Time, cost and settings of each row\n\n"
      "`ended by`: what ended the chosen trial's training; bold where the clock did, so that another machine "
      "gives other figures. ms and tokens are a test slate's.\n\n"
      "| data set | row | method | seed | training | scoring | ms | tokens | trials | ended by | validation "
      "NDCG@10 | settings |\n"
      "| :--- | :--- | :--- | ---: | ---: | ---: | ---: | ---: | ---: | :--- | ---: | :--- |\n";
  double seconds = 0;
  for (const auto& row : result.rows) {
    text += row_line(row);
    seconds += row.training_seconds + row.scoring_seconds;
  }
  return text + fmt::format("\nAll rows together: {}.\n", base::format_duration(seconds)) +
         budgets_list(result);
}

std::string cut_rows(const ComparisonResult& result) {
  std::vector<std::string> names;
  for (const auto& row : result.rows)
    if (is_cut_by_clock(row)) names.push_back(name_of(row));
  if (names.empty()) return "";
  return fmt::format("Cut by the clock, and so perhaps below what they can do: {}.\n\n",
                     markdown_text(fmt::format("{}", fmt::join(names, ", "))));
}

std::string failed_rows(const ComparisonResult& result) {
  std::string text;
  for (const auto& row : result.rows)
    if (!row.failure.empty()) text += fmt::format("failed: {}: {}\n", name_of(row), row.failure);
  return text;
}

std::string findings_list(const ComparisonResult& result) {
  std::string text = "## What `data check` found\n\n";
  for (const auto& place : result.places) {
    text += fmt::format("- {} ({}): {}\n", markdown_text(place.name), place.protocol,
                        data::verdict_name(worst_of(place.findings)));
    for (const auto& finding : place.findings)
      if (finding.verdict > data::Verdict::kFine)
        text += fmt::format("  - {} {}{}: {}\n", data::verdict_name(finding.verdict), finding.name,
                            finding.of > 0 ? fmt::format(" ({} of {})", finding.count, finding.of) : "",
                            markdown_text(finding.text));
  }
  return text + "\n";
}

std::string notes_list(const ComparisonResult& result) {
  std::string text;
  for (const auto& row : result.rows)
    if (!row.notes.empty())
      text += fmt::format("- {}: {}\n", markdown_text(name_of(row)), markdown_text(joined(row.notes)));
  return text.empty()
             ? ""
             : "\n## Notes of the language models\n\nOn the test slates; docs/baselines.md.\n\n" + text;
}

/// One header above all tables, whose titles are the first field of each line.
std::string tables_csv(const ComparisonResult& result) {
  std::string text;
  for (const auto& table : result.tables) {
    const std::string lines = comparison_csv(table);
    text += text.empty() ? lines : lines.substr(lines.find('\n') + 1);
  }
  return text;
}

std::string tables_text(const ComparisonResult& result, TableFormat format) {
  if (format == TableFormat::kCsv) return tables_csv(result);
  std::string text;
  for (const auto& table : result.tables) text += render(table, format) + "\n";
  return text;
}

std::string terminal_text(const ComparisonResult& result) {
  std::string text;
  for (const auto& table : result.tables)
    if (table.options.metric == result.tables.front().options.metric)
      text += render(table, TableFormat::kText) + "\n";
  return text + failed_rows(result);
}

// ---- JSON ----

Json trials_of(const MeasuredRow& row) {
  Json report = Json::parse(row.report.empty() ? "{}" : row.report);
  if (report.contains("trials"))
    for (auto& trial : report["trials"]) trial.erase("epochs");
  return report;
}

Json row_json(const MeasuredRow& row) {
  Json json = {{"dataset", row.dataset}, {"row", row.row}, {"method", row.method}, {"seed", row.seed}};
  if (!row.failure.empty()) {
    json["failure"] = row.failure;
    return json;
  }
  json.update(Json{{"settings", settings_json(row.settings)},
                   {"budget", settings_json(row.budget)},
                   {"training_seconds", row.training_seconds},
                   {"scoring_seconds", row.scoring_seconds},
                   {"slates", row.slates},
                   {"ms_per_slate", row.ms_per_slate},
                   {"tokens_per_slate", row.tokens_per_slate},
                   {"trials", row.trials},
                   {"cut_by_clock", is_cut_by_clock(row)},
                   {"valid_ndcg@10", std::isnan(row.valid_ndcg) ? Json() : Json(row.valid_ndcg)},
                   {"report", trials_of(row)}});
  for (const auto& [name, value] : row.notes) json["notes"][name] = value;
  json["result"] = row.result;
  return json;
}

}  // namespace

std::string render(const ComparisonResult& result, const std::string& made_by, TableFormat format) {
  if (format == TableFormat::kText) return terminal_text(result);
  if (format != TableFormat::kMarkdown) return tables_text(result, format);
  return fmt::format("# Baselines\n\nMade by {}.\n\n", made_by) + tables_text(result, format) +
         cut_rows(result) + findings_list(result) + rows_table(result) + notes_list(result);
}

Json report_json(const ComparisonResult& result, const std::string& made_by) {
  Json json = {
      {"command", made_by}, {"datasets", Json::array()}, {"tables", Json::array()}, {"rows", Json::array()}};
  for (const auto& place : result.places)
    json["datasets"].push_back({{"name", place.name},
                                {"protocol", place.protocol},
                                {"verdict", data::verdict_name(worst_of(place.findings))},
                                {"findings", findings_json(place.findings)}});
  for (const auto& table : result.tables) json["tables"].push_back(comparison_json(table));
  for (const auto& row : result.rows) json["rows"].push_back(row_json(row));
  return json;
}

}  // namespace r2rank::experiment
