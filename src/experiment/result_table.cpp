#include "experiment/result_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "base/error.h"
#include "experiment/evaluation.h"
#include "metrics/seed_bootstrap.h"

namespace r2rank::experiment {
namespace {

using Results = std::span<const metrics::PerUserResults>;

double mean_cost(const metrics::PerUserResults& results, const char* column) {
  const auto found = results.values.find(column);
  if (found == results.values.end() || found->second.empty()) return NAN;
  const auto& costs = found->second;
  return std::accumulate(costs.begin(), costs.end(), 0.0) / static_cast<double>(costs.size());
}

/// Mean over the slates of all runs; NaN where one of them was not measured.
double mean_cost(const ScorerRuns& scorer, const char* column) {
  double total = 0;
  for (const auto* run : scorer.runs) total += mean_cost(*run, column);
  return total / static_cast<double>(scorer.runs.size());
}

void check_rows(Results results) {
  if (results.empty())
    base::fail_usage("eval", "expected at least one scorer's results (found none); name one");
  if (results[0].slate_ids.empty()) {
    base::fail_usage("eval",
                     "expected at least one slate (the slates file has none); split with fewer conditions");
  }
}

TableRow make_row(const ScorerRuns& scorer, const TableOptions& options) {
  TableRow row{scorer.scorer, {}, mean_cost(scorer, kTokens), mean_cost(scorer, kMilliseconds)};
  row.seeds = static_cast<int64_t>(scorer.runs.size());
  const auto values = user_values(scorer, options.metrics);
  row.metrics = intervals_of(values, options.resampling);
  if (row.seeds > 1)
    for (const auto& column : values) row.seed_deviations.push_back(metrics::seed_deviation(column));
  return row;
}

PairedRow make_pair(std::span<const ScorerRuns> scorers, const std::string& a, const std::string& b,
                    const TableOptions& options) {
  return {a, b,
          compare_runs(find_runs(scorers, a), find_runs(scorers, b), options.metrics, options.resampling)};
}

void hold_families(ResultTable& table) {
  for (size_t column = 0; column < table.metrics.size(); ++column) {
    std::vector<PairedComparison*> family;
    for (auto& pair : table.pairs) family.push_back(&pair.tests[column]);
    hold_family(family);
  }
}

ResultTable empty_table(const metrics::PerUserResults& results, const TableOptions& options) {
  ResultTable table;
  table.protocol = results.protocol;
  table.slates_hash = results.slates_hash;
  table.slates = static_cast<int64_t>(results.slate_ids.size());
  table.users = static_cast<int64_t>(std::set(results.user_ids.begin(), results.user_ids.end()).size());
  table.seed = options.resampling.seed;
  table.resamples = options.resampling.resamples;
  table.permutations = options.resampling.permutations;
  table.metrics = options.metrics;
  return table;
}

template <class Value>
void select(std::vector<Value>& values, std::span<const size_t> columns) {
  if (values.empty()) return;
  std::vector<Value> selected;
  for (const size_t column : columns) selected.push_back(values.at(column));
  values = std::move(selected);
}

}  // namespace

std::vector<std::string> default_columns() {
  return {"ndcg@5", "ndcg@10", "ndcg@20", "hr@1", "hr@5", "hr@10", "mrr"};
}

std::string ResultTable::interval_method() const {
  const bool several =
      std::any_of(rows.begin(), rows.end(), [](const TableRow& row) { return row.seeds > 1; });
  return fmt::format("95 % percentile bootstrap over users{}, {} resamples, seed {}",
                     several ? " and training seeds" : "", resamples, seed);
}

std::string ResultTable::test_method() const {
  return fmt::format(
      "p: randomisation test, {} permutations{}", permutations,
      pairs.size() > 1 ? fmt::format(", Holm over the {} pairs of a column", pairs.size()) : "");
}

ResultTable make_table(Results results, const TableOptions& given) {
  TableOptions options = given;
  if (options.metrics.empty()) options.metrics = default_columns();
  check_rows(results);
  const auto scorers = group_runs(results, options.seeds);
  ResultTable table = empty_table(results[0], options);
  for (const auto& scorer : scorers) table.rows.push_back(make_row(scorer, options));
  for (const auto& [a, b] : options.pairs) table.pairs.push_back(make_pair(scorers, a, b, options));
  hold_families(table);
  return table;
}

ResultTable with_columns(const ResultTable& table, std::span<const std::string> metrics) {
  std::vector<size_t> columns;
  for (const auto& metric : metrics) {
    const auto found = std::find(table.metrics.begin(), table.metrics.end(), metric);
    R2RANK_CHECK(found != table.metrics.end());
    columns.push_back(static_cast<size_t>(found - table.metrics.begin()));
  }
  ResultTable selected = table;
  select(selected.metrics, columns);
  for (auto& row : selected.rows) {
    select(row.metrics, columns);
    select(row.seed_deviations, columns);
  }
  for (auto& pair : selected.pairs) select(pair.tests, columns);
  return selected;
}

}  // namespace r2rank::experiment
