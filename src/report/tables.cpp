#include "report/tables.h"

#include <algorithm>

#include "base/stable_sort.h"
#include "experiment/comparison_data.h"
#include "experiment/comparison_table.h"
#include "experiment/evaluation.h"
#include "experiment/result_table.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::report {
namespace {

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool all_have(const ResultGroup& group, const std::string& metric) {
  return std::all_of(group.results.begin(), group.results.end(),
                     [&](const auto& results) { return results.values.contains(metric); });
}

bool is_cost(const std::string& column) {
  return column == experiment::kMilliseconds || column == experiment::kTokens;
}

/// What sorts a table: the main metric, or the first there is.
size_t main_column(const std::vector<std::string>& metrics) {
  const auto found = std::find(metrics.begin(), metrics.end(), kMainMetric);
  return found == metrics.end() ? 0 : static_cast<size_t>(found - metrics.begin());
}

Json interval_json(const metrics::Interval& interval) {
  return rounded(std::vector<double>{interval.mean, interval.lo, interval.hi});
}

/// [difference, lo, hi, p of the randomisation test, p after Holm's correction] a metric.
Json against_json(const experiment::PairedRow& pair) {
  Json list = Json::array();
  for (const auto& test : pair.tests) {
    Json values = interval_json(test.difference);
    values.push_back(rounded(test.p_permutation, 3));
    values.push_back(rounded(test.p_holm, 3));
    list.push_back(std::move(values));
  }
  return list;
}

const Measured& about(const ResultGroup& group, const std::string& scorer) {
  size_t i = 0;
  while (group.results[i].scorer != scorer) ++i;
  return group.about[i];
}

Json row_json(const ResultGroup& group, const experiment::ResultTable& table,
              const experiment::TableRow& row) {
  const Measured& known = about(group, row.scorer);
  Json json = {{"scorer", row.scorer},
               {"seeds", row.seeds},
               {"tokens", rounded(row.tokens_per_slate, 4)},
               {"ms", rounded(row.ms_per_slate, 4)},
               {"values", Json::array()},
               {"against", nullptr},
               {"source", known.source.string()},
               {"facts", known.facts}};
  for (const auto& interval : row.metrics) json["values"].push_back(interval_json(interval));
  if (row.seeds > 1) json["deviations"] = rounded(row.seed_deviations, 3);
  for (const auto& pair : table.pairs)
    if (pair.a == row.scorer) json["against"] = against_json(pair);
  return json;
}

experiment::ResultTable table_of(const ResultGroup& group) {
  experiment::TableOptions options;
  options.metrics = shared_metrics(group);
  options.seeds = group.seeds;
  std::vector<std::string> seen;
  for (const auto& results : group.results) {
    if (group.reference.empty() || results.scorer == group.reference || has(seen, results.scorer)) continue;
    options.pairs.emplace_back(results.scorer, group.reference);
    seen.push_back(results.scorer);
  }
  return experiment::make_table(group.results, options);
}

}  // namespace

std::vector<std::string> shared_metrics(const ResultGroup& group) {
  std::vector<std::string> wanted = experiment::default_columns();
  for (const auto& name : metrics::metric_names()) wanted.push_back(name);
  for (const auto& [name, values] : group.results.front().values) wanted.push_back(name);
  std::vector<std::string> shared;
  for (const auto& name : wanted)
    if (!has(shared, name) && !is_cost(name) && all_have(group, name)) shared.push_back(name);
  return shared;
}

Json table_json(const ResultGroup& group) {
  experiment::ResultTable table = table_of(group);
  const size_t main = main_column(table.metrics);
  table.rows = base::stable_sorted(std::move(table.rows), [&](const auto& a, const auto& b) {
    return a.metrics[main].mean > b.metrics[main].mean;
  });
  Json json = {{"title", group.title},
               {"protocol", table.protocol},
               {"slates_hash", table.slates_hash},
               {"training_hash", group.training_hash},
               {"users", table.users},
               {"slates", table.slates},
               {"intervals", table.interval_method()},
               {"tests", table.pairs.empty() ? "" : table.test_method()},
               {"reference", group.reference},
               {"metrics", table.metrics},
               {"main", table.metrics.at(main)},
               {"rows", Json::array()}};
  for (const auto& row : table.rows) json["rows"].push_back(row_json(group, table, row));
  return json;
}

Json comparison_json(std::span<const ResultGroup> groups) {
  std::vector<experiment::ComparisonInput> inputs;
  experiment::ComparisonOptions options;
  options.metric = kMainMetric;
  for (const auto& group : groups) {
    if (!all_have(group, kMainMetric)) continue;
    inputs.push_back({group.title, group.results});
    if (options.reference.empty()) options.reference = group.reference;
    options.seeds.insert(options.seeds.end(), group.seeds.begin(), group.seeds.end());
  }
  if (inputs.size() < 2) return nullptr;
  Json json = experiment::comparison_json(experiment::compare("data set", inputs, options));
  for (auto& row : json["rows"])
    for (auto& cell : row["cells"])
      for (auto& [name, value] : cell.items())
        if (value.is_number_float()) value = rounded(value.get<double>());
  return json;
}

}  // namespace r2rank::report
