#include "experiment/table_data.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "experiment/table_lines.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::experiment {
namespace {

using Json = nlohmann::ordered_json;

Line csv_cells(const std::string& scorer, const std::string& metric, const ResultTable& table,
               const metrics::Interval& interval) {
  return {scorer,
          metrics::full_name(metric, table.protocol),
          csv_number(interval.mean),
          csv_number(interval.lo),
          csv_number(interval.hi),
          fmt::format("{}", table.users)};
}

std::string csv_row(const ResultTable& table, const TableRow& row, size_t column) {
  Line cells = csv_cells(row.scorer, table.metrics[column], table, row.metrics[column]);
  cells.insert(cells.end(), {csv_number(row.tokens_per_slate), csv_number(row.ms_per_slate),
                             fmt::format("{}", row.seeds), "", "", "", ""});
  return csv_line(cells);
}

std::string csv_pair(const ResultTable& table, const PairedRow& row, size_t column) {
  const auto& test = row.tests[column];
  Line cells = csv_cells(row.a, table.metrics[column], table, test.difference);
  cells.insert(cells.end(), {"", "", "", row.b, csv_number(test.p_bootstrap), csv_number(test.p_permutation),
                             csv_number(test.p_holm)});
  return csv_line(cells);
}

Json as_json(const metrics::Interval& interval) {
  return {{"mean", interval.mean}, {"lo", interval.lo}, {"hi", interval.hi}};
}

Json row_json(const ResultTable& table, const TableRow& row) {
  Json json = {{"scorer", row.scorer}, {"metrics", Json::object()}};
  for (size_t i = 0; i < row.metrics.size(); ++i) {
    json["metrics"][metrics::full_name(table.metrics[i], table.protocol)] = as_json(row.metrics[i]);
  }
  json["tokens_per_slate"] = row.tokens_per_slate;  // JSON has no NaN: the library writes null
  json["ms_per_slate"] = row.ms_per_slate;
  if (row.seeds > 1) json["seeds"] = row.seeds;
  for (size_t i = 0; i < row.seed_deviations.size(); ++i)
    json["metrics"][metrics::full_name(table.metrics[i], table.protocol)]["seed_deviation"] =
        row.seed_deviations[i];
  return json;
}

Json pair_json(const ResultTable& table, const PairedRow& row) {
  Json json = {{"a", row.a}, {"b", row.b}, {"metrics", Json::object()}};
  for (size_t i = 0; i < row.tests.size(); ++i) {
    Json test = as_json(row.tests[i].difference);
    test["p"] = row.tests[i].p_bootstrap;
    test["p_permutation"] = row.tests[i].p_permutation;
    test["p_holm"] = row.tests[i].p_holm;
    json["metrics"][metrics::full_name(table.metrics[i], table.protocol)] = test;
  }
  return json;
}

}  // namespace

std::string render_csv(const ResultTable& table) {
  std::string text =
      "scorer,metric,mean,lo,hi,users,tokens_per_slate,ms_per_slate,seeds,minus,p_bootstrap,p_permutation,p_holm\n";
  for (const TableRow& row : table.rows)
    for (size_t column = 0; column < row.metrics.size(); ++column) text += csv_row(table, row, column);
  for (const PairedRow& row : table.pairs)
    for (size_t column = 0; column < row.tests.size(); ++column) text += csv_pair(table, row, column);
  return text;
}

nlohmann::ordered_json table_json(const ResultTable& table) {
  Json json = {{"protocol", table.protocol},
               {"slates_hash", table.slates_hash},
               {"users", table.users},
               {"slates", table.slates},
               {"intervals", table.interval_method()},
               {"tests", table.test_method()},
               {"seed", table.seed},
               {"rows", Json::array()},
               {"paired", Json::array()}};
  for (const TableRow& row : table.rows) json["rows"].push_back(row_json(table, row));
  for (const PairedRow& row : table.pairs) json["paired"].push_back(pair_json(table, row));
  return json;
}

std::string render_json(const ResultTable& table) {
  return table_json(table).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace r2rank::experiment
