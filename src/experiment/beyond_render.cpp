#include "experiment/beyond_render.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "experiment/table_cells.h"
#include "experiment/table_lines.h"

namespace r2rank::experiment {
namespace {

using Json = nlohmann::ordered_json;

/// One value of a row under the name that every format gives it; `interval` where it is a mean over users.
struct Column {
  std::string name;
  metrics::Interval value;
  bool interval = false;
};

Column plain(const std::string& name, double value) {
  return {name, {value, value, value}, false};
}

std::vector<Column> columns_of(const BeyondTable& table, const BeyondRow& row) {
  const auto at_k = [&](const char* name) { return fmt::format("{}@{}", name, table.k); };
  const auto& calibration = row.calibration;
  return {plain(at_k("coverage"), row.catalogue_coverage),
          plain(at_k("candidate-coverage"), row.candidate_coverage),
          plain(at_k("gini"), row.gini),
          {at_k("count"), row.training_count, true},
          {at_k("percentile"), row.percentile, true},
          {at_k("category-distance"), row.category_distance.value_or(metrics::Interval{NAN, NAN, NAN}), true},
          {at_k("co-distance"), row.cooccurrence_distance, true},
          plain("ece", calibration.plain.error),
          plain("ece-top", calibration.plain.top_error),
          plain("ece-scaled", calibration.scaled.error),
          plain("ece-top-scaled", calibration.scaled.top_error),
          plain("log-loss", calibration.plain.log_loss),
          plain("log-loss-scaled", calibration.scaled.log_loss),
          plain("temperature", calibration.temperature),
          plain("ece-probability", calibration.probability_error.value_or(NAN))};
}

/// Two tables for people, as one of fifteen columns fits no page: what lists are like, how scores are
/// calibrated.
constexpr size_t kListColumns = 7;

std::string cell_text(const Column& column) {
  const bool unbounded = column.name.starts_with("count") || column.name == "temperature";
  return unbounded ? short_number(column.value.mean) : decimal(column.value.mean);
}

std::vector<Line> lines_of(const BeyondTable& table, size_t first, size_t last, const std::string& head) {
  std::vector<Line> lines;
  for (const auto& row : table.rows) {
    const auto columns = columns_of(table, row);
    Line names = {head}, cells = {row.scorer};
    for (size_t i = first; i < std::min(last, columns.size()); ++i) {
      names.push_back(columns[i].name);
      cells.push_back(cell_text(columns[i]));
    }
    if (lines.empty()) lines.push_back(names);
    lines.push_back(cells);
  }
  return lines;
}

std::string text_lines(std::vector<Line> lines) {
  lines.insert(lines.begin() + 1, Line{});
  return aligned(lines);
}

std::string markdown_lines(std::vector<Line> lines) {
  std::string text = markdown_head(lines[0]);
  for (size_t i = 1; i < lines.size(); ++i) {
    lines[i][0] = markdown_text(lines[i][0]);
    text += markdown_line(lines[i]);
  }
  return text;
}

std::string latex_lines(const std::vector<Line>& lines) {
  std::string text = "\\begin{tabular}{l" + std::string(lines[0].size() - 1, 'r') + "}\n\\toprule\n";
  for (size_t i = 0; i < lines.size(); ++i) {
    for (size_t j = 0; j < lines[i].size(); ++j)
      text += (j == 0 ? "" : " & ") + (lines[i][j] == decimal(NAN) ? "--" : latex_text(lines[i][j]));
    text += i == 0 ? " \\\\\n\\midrule\n" : " \\\\\n";
  }
  return text + "\\bottomrule\n\\end{tabular}\n";
}

std::string render_csv(const BeyondTable& table) {
  std::string text = csv_line({"scorer", "value", "mean", "lo", "hi"});
  for (const auto& row : table.rows)
    for (const auto& [name, value, interval] : columns_of(table, row))
      text += csv_line({row.scorer, name, csv_number(value.mean), interval ? csv_number(value.lo) : "",
                        interval ? csv_number(value.hi) : ""});
  return text;
}

Json value_json(const Column& column) {
  if (std::isnan(column.value.mean)) return nullptr;
  if (!column.interval) return column.value.mean;
  return {{"mean", column.value.mean}, {"lo", column.value.lo}, {"hi", column.value.hi}};
}

Json bins_json(const std::vector<metrics::ReliabilityBin>& bins) {
  Json json = Json::array();
  for (const auto& bin : bins)
    json.push_back({{"count", bin.count}, {"probability", bin.probability}, {"hit_rate", bin.hit_rate}});
  return json;
}

}  // namespace

Json beyond_json(const BeyondTable& table) {
  Json json = Json::array();
  for (const auto& row : table.rows) {
    Json values = {{"scorer", row.scorer}};
    for (const auto& column : columns_of(table, row)) values[column.name] = value_json(column);
    values["reliability"] = bins_json(row.calibration.plain.top_bins);
    values["reliability_scaled"] = bins_json(row.calibration.scaled.top_bins);
    json.push_back(values);
  }
  return json;
}

std::string render(const BeyondTable& table, TableFormat format) {
  const auto lists = lines_of(table, 0, kListColumns, "lists");
  const auto scores = lines_of(table, kListColumns, SIZE_MAX, "scores");
  switch (format) {
    case TableFormat::kText:
      return text_lines(lists) + "\n" + text_lines(scores);
    case TableFormat::kMarkdown:
      return markdown_lines(lists) + "\n" + markdown_lines(scores);
    case TableFormat::kLatex:
      return latex_lines(lists) + "\n" + latex_lines(scores);
    case TableFormat::kCsv:
      return render_csv(table);
    case TableFormat::kJson:
      return beyond_json(table).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  }
  return "";
}

}  // namespace r2rank::experiment
