#include "experiment/table_data.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "experiment/table_cells.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::experiment {
namespace {

using Json = nlohmann::ordered_json;

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  return fmt::format("\"{}\"", escaped(text, "\"", '"'));
}

std::string csv_number(double value) {
  return std::isnan(value) ? "" : fmt::format("{}", value);
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
  return json;
}

Json pair_json(const ResultTable& table, const PairedRow& row) {
  Json json = {{"a", row.a}, {"b", row.b}, {"metrics", Json::object()}};
  for (size_t i = 0; i < row.tests.size(); ++i) {
    Json test = as_json(row.tests[i].difference);
    test["p"] = row.tests[i].p_value;
    json["metrics"][metrics::full_name(table.metrics[i], table.protocol)] = test;
  }
  return json;
}

}  // namespace

std::string render_csv(const ResultTable& table) {
  std::string text = "scorer,metric,mean,lo,hi,users,tokens_per_slate,ms_per_slate\n";
  for (const TableRow& row : table.rows) {
    for (size_t i = 0; i < row.metrics.size(); ++i) {
      const auto& interval = row.metrics[i];
      text += fmt::format("{},{},{},{},{},{},{},{}\n", csv_field(row.scorer),
                          csv_field(metrics::full_name(table.metrics[i], table.protocol)),
                          csv_number(interval.mean), csv_number(interval.lo), csv_number(interval.hi),
                          table.users, csv_number(row.tokens_per_slate), csv_number(row.ms_per_slate));
    }
  }
  return text;
}

std::string render_json(const ResultTable& table) {
  Json json = {{"protocol", table.protocol},
               {"slates_hash", table.slates_hash},
               {"users", table.users},
               {"slates", table.slates},
               {"intervals", table.interval_method()},
               {"seed", table.seed},
               {"rows", Json::array()},
               {"paired", Json::array()}};
  for (const TableRow& row : table.rows) json["rows"].push_back(row_json(table, row));
  for (const PairedRow& row : table.pairs) json["paired"].push_back(pair_json(table, row));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace r2rank::experiment
