#include "experiment/scorer_runs.h"

#include <ATen/Parallel.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "base/error.h"
#include "experiment/evaluation.h"
#include "metrics/randomisation.h"
#include "metrics/same_scores.h"

namespace r2rank::experiment {
namespace {

std::vector<std::string> names_of(std::span<const ScorerRuns> scorers) {
  std::vector<std::string> names;
  for (const auto& scorer : scorers) names.push_back(scorer.scorer);
  return names;
}

/// metrics::Spread over the threads of libtorch's pool.
void over_threads(int64_t count, const std::function<void(int64_t, int64_t)>& work) {
  at::parallel_for(0, count, 1, work);
}

void add_run(ScorerRuns& scorer, const metrics::PerUserResults& results,
             std::span<const std::string> repeated) {
  if (std::find(repeated.begin(), repeated.end(), results.scorer) == repeated.end())
    base::fail_usage(
        "eval",
        "expected scorers with different names (found two results of '{}'); rename one, or say that "
        "they are training seeds of one scorer: --seeds {}",
        results.scorer, results.scorer);
  for (const auto* run : scorer.runs)
    if (metrics::same_scores(*run, results))
      base::fail_usage(
          "eval",
          "expected a result of '{}' for each training seed (found two with equal scores); give each "
          "file once",
          results.scorer);
  scorer.runs.push_back(&results);
}

}  // namespace

std::vector<ScorerRuns> group_runs(std::span<const metrics::PerUserResults> results,
                                   std::span<const std::string> repeated) {
  std::vector<ScorerRuns> scorers;
  for (const auto& result : results) {
    check_comparable(results.front(), result);
    const auto found = std::find_if(scorers.begin(), scorers.end(),
                                    [&](const auto& scorer) { return scorer.scorer == result.scorer; });
    if (found == scorers.end())
      scorers.push_back({result.scorer, {&result}});
    else
      add_run(*found, result, repeated);
  }
  return scorers;
}

const ScorerRuns& find_runs(std::span<const ScorerRuns> scorers, const std::string& name) {
  for (const auto& scorer : scorers)
    if (scorer.scorer == name) return scorer;
  base::fail_usage("eval", "expected the name of an evaluated scorer (found: '{}'); there are {}", name,
                   fmt::join(names_of(scorers), ", "));
}

std::vector<RunValues> user_values(const ScorerRuns& scorer, std::span<const std::string> columns) {
  std::vector<RunValues> values(columns.size());
  for (const auto* run : scorer.runs) {
    auto means = user_means(*run, columns);
    for (size_t column = 0; column < columns.size(); ++column)
      values[column].push_back(std::move(means[column]));
  }
  return values;
}

RunValues user_values(const ScorerRuns& scorer, const std::string& column) {
  return std::move(user_values(scorer, {&column, 1})[0]);
}

std::vector<metrics::Interval> intervals_of(std::span<const RunValues> columns, const Resampling& options) {
  const std::vector<metrics::SeedRuns> runs(columns.begin(), columns.end());
  return metrics::bootstrap_columns(runs, options.seed, options.resamples, over_threads);
}

std::vector<PairedComparison> compare_values(std::span<const metrics::SeedPair> pairs,
                                             const Resampling& options) {
  RunValues means;  // a and b of the first pair, of the second ...
  for (const auto& pair : pairs)
    for (const auto& runs : {pair.a, pair.b}) means.push_back(metrics::seed_means(runs));
  std::vector<metrics::ValuePair> values;
  for (size_t i = 0; i < means.size(); i += 2) values.push_back({means[i], means[i + 1]});
  const auto tests = metrics::paired_bootstrap_columns(pairs, options.seed, options.resamples, over_threads);
  const auto p_values =
      metrics::paired_permutations(values, options.seed, options.permutations, over_threads);
  std::vector<PairedComparison> comparisons;
  for (size_t i = 0; i < pairs.size(); ++i)
    comparisons.push_back({tests[i].difference, tests[i].p_value, p_values[i], p_values[i]});
  return comparisons;
}

std::vector<PairedComparison> compare_runs(const ScorerRuns& a, const ScorerRuns& b,
                                           std::span<const std::string> columns, const Resampling& options) {
  const auto of_a = user_values(a, columns), of_b = user_values(b, columns);
  std::vector<metrics::SeedPair> pairs;
  for (size_t column = 0; column < columns.size(); ++column) pairs.push_back({of_a[column], of_b[column]});
  return compare_values(pairs, options);
}

void hold_family(std::span<PairedComparison* const> family) {
  std::vector<double> p_values;
  for (const auto* comparison : family) p_values.push_back(comparison->p_permutation);
  const auto corrected = metrics::holm_corrected(p_values);
  for (size_t i = 0; i < family.size(); ++i) family[i]->p_holm = corrected[i];
}

}  // namespace r2rank::experiment
