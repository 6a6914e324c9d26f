#include "experiment/comparison_data.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "experiment/table_lines.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::experiment {
namespace {

using Json = nlohmann::ordered_json;

Line csv_cell(const ComparisonTable& table, const ComparisonRow& row, size_t place) {
  const auto& cell = *row.cells[place];
  const auto& column = table.columns[place];
  const auto difference = cell.to_reference.value_or(PairedComparison{{NAN, NAN, NAN}, NAN, NAN, NAN});
  Line line = {table.title, column.name, row.scorer,
               metrics::full_name(table.options.metric, column.protocol)};
  for (const double value : {cell.value.mean, cell.value.lo, cell.value.hi})
    line.push_back(csv_number(value));
  line.push_back(fmt::format("{}", column.users));
  line.push_back(fmt::format("{}", cell.seeds));
  line.push_back(cell.to_reference ? table.options.reference : "");
  for (const double value : {difference.difference.mean, difference.difference.lo, difference.difference.hi,
                             difference.p_bootstrap, difference.p_permutation, difference.p_holm})
    line.push_back(csv_number(value));
  line.push_back(column.slates_hash);
  return line;
}

Json as_json(const metrics::Interval& interval) {
  return {{"mean", interval.mean}, {"lo", interval.lo}, {"hi", interval.hi}};
}

Json cell_json(const ComparisonCell& cell) {
  Json json = as_json(cell.value);
  if (cell.seeds > 1) {
    json["seeds"] = cell.seeds;
    json["seed_deviation"] = cell.seed_deviation;
  }
  if (!cell.to_reference) return json;
  Json difference = as_json(cell.to_reference->difference);
  difference["p_bootstrap"] = cell.to_reference->p_bootstrap;
  difference["p_permutation"] = cell.to_reference->p_permutation;
  difference["p_holm"] = cell.to_reference->p_holm;
  json["to_reference"] = difference;
  return json;
}

Json row_json(const ComparisonRow& row) {
  Json json = {{"scorer", row.scorer}, {"cells", Json::array()}};
  for (const auto& cell : row.cells) json["cells"].push_back(cell ? cell_json(*cell) : Json());
  return json;
}

}  // namespace

std::string comparison_csv(const ComparisonTable& table) {
  std::string text = csv_line({"table", "column", "scorer", "metric", "mean", "lo", "hi", "users", "seeds",
                               "reference", "difference", "difference_lo", "difference_hi", "p_bootstrap",
                               "p_permutation", "p_holm", "slates_hash"});
  for (const auto& row : table.rows)
    for (size_t place = 0; place < row.cells.size(); ++place)
      if (row.cells[place]) text += csv_line(csv_cell(table, row, place));
  return text;
}

Json comparison_json(const ComparisonTable& table) {
  Json json = {{"title", table.title},
               {"metric", table.options.metric},
               {"reference", table.options.reference.empty() ? Json() : Json(table.options.reference)},
               {"seed", table.options.resampling.seed},
               {"resamples", table.options.resampling.resamples},
               {"permutations", table.options.resampling.permutations},
               {"columns", Json::array()},
               {"rows", Json::array()}};
  for (const auto& column : table.columns)
    json["columns"].push_back({{"name", column.name},
                               {"protocol", column.protocol},
                               {"slates_hash", column.slates_hash},
                               {"users", column.users},
                               {"slates", column.slates}});
  for (const auto& row : table.rows) json["rows"].push_back(row_json(row));
  return json;
}

}  // namespace r2rank::experiment
