#include "experiment/result_table.h"

#include <fmt/ranges.h>

#include <cmath>
#include <numeric>
#include <set>

#include "base/error.h"
#include "experiment/evaluation.h"

namespace r2rank::experiment {
namespace {

using Results = std::span<const metrics::PerUserResults>;

const std::vector<std::string> kDefaultMetrics = {"ndcg@5", "ndcg@10", "ndcg@20", "hr@1",
                                                  "hr@5",   "hr@10",   "mrr"};

double mean_cost(const metrics::PerUserResults& results, const char* column) {
  const auto found = results.values.find(column);
  if (found == results.values.end() || found->second.empty()) return NAN;
  const auto& costs = found->second;
  return std::accumulate(costs.begin(), costs.end(), 0.0) / static_cast<double>(costs.size());
}

std::vector<std::string> scorer_names(Results results) {
  std::vector<std::string> names;
  for (const auto& result : results) names.push_back(result.scorer);
  return names;
}

void check_rows(Results results) {
  if (results.empty())
    base::fail_usage("eval", "expected at least one scorer's results (found none); name one");
  if (results[0].slate_ids.empty()) {
    base::fail_usage("eval",
                     "expected at least one slate (the slates file has none); split with fewer conditions");
  }
  for (const auto& result : results) check_comparable(results[0], result);
  const auto names = scorer_names(results);
  if (std::set(names.begin(), names.end()).size() != names.size()) {
    base::fail_usage("eval", "expected scorers with different names (found: {}); rename one",
                     fmt::join(names, ", "));
  }
}

TableRow make_row(const metrics::PerUserResults& results, const TableOptions& options) {
  TableRow row{results.scorer, {}, mean_cost(results, kTokens), mean_cost(results, kMilliseconds)};
  for (const std::string& metric : options.metrics) {
    row.metrics.push_back(
        metrics::bootstrap_mean(user_means(results, metric), options.seed, options.resamples));
  }
  return row;
}

const metrics::PerUserResults& find_scorer(Results results, const std::string& name) {
  for (const auto& result : results) {
    if (result.scorer == name) return result;
  }
  base::fail_usage("eval", "expected the pair to name evaluated scorers (found: '{}'); there are {}", name,
                   fmt::join(scorer_names(results), ", "));
}

PairedRow make_pair(Results results, const std::string& a, const std::string& b,
                    const TableOptions& options) {
  PairedRow row{a, b, {}};
  const auto& first = find_scorer(results, a);
  const auto& second = find_scorer(results, b);
  for (const std::string& metric : options.metrics) {
    row.tests.push_back(metrics::paired_bootstrap(user_means(first, metric), user_means(second, metric),
                                                  options.seed, options.resamples));
  }
  return row;
}

}  // namespace

std::string ResultTable::interval_method() const {
  return fmt::format("95 % percentile bootstrap over users, {} resamples, seed {}", resamples, seed);
}

ResultTable make_table(Results results, const TableOptions& given) {
  TableOptions options = given;
  if (options.metrics.empty()) options.metrics = kDefaultMetrics;
  check_rows(results);
  ResultTable table;
  table.protocol = results[0].protocol;
  table.slates_hash = results[0].slates_hash;
  table.slates = static_cast<int64_t>(results[0].slate_ids.size());
  table.users = static_cast<int64_t>(std::set(results[0].user_ids.begin(), results[0].user_ids.end()).size());
  table.seed = options.seed;
  table.resamples = options.resamples;
  table.metrics = options.metrics;
  for (const auto& result : results) table.rows.push_back(make_row(result, options));
  for (const auto& [a, b] : options.pairs) table.pairs.push_back(make_pair(results, a, b, options));
  return table;
}

}  // namespace r2rank::experiment
