#include "experiment/scorer_runs.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "experiment/evaluation.h"
#include "metrics/randomisation.h"
#include "metrics/seed_bootstrap.h"

namespace r2rank::experiment {
namespace {

std::vector<std::string> names_of(std::span<const ScorerRuns> scorers) {
  std::vector<std::string> names;
  for (const auto& scorer : scorers) names.push_back(scorer.scorer);
  return names;
}

bool same_number(double a, double b) {
  return a == b || (a != a && b != b);  // NaN equals NaN here
}

bool equal_scores(const metrics::PerUserResults& a, const metrics::PerUserResults& b) {
  if (a.scores.empty()) return false;  // a part of results, without scores
  return std::equal(a.scores.begin(), a.scores.end(), b.scores.begin(), b.scores.end(),
                    [](const auto& left, const auto& right) {
                      return std::equal(left.begin(), left.end(), right.begin(), right.end(), same_number);
                    });
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
    if (equal_scores(*run, results))
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

std::vector<std::vector<double>> user_values(const ScorerRuns& scorer, const std::string& column) {
  std::vector<std::vector<double>> values;
  for (const auto* run : scorer.runs) values.push_back(user_means(*run, column));
  return values;
}

PairedComparison compare_runs(const ScorerRuns& a, const ScorerRuns& b, const std::string& column,
                              const Resampling& options) {
  const auto of_a = user_values(a, column), of_b = user_values(b, column);
  const auto test = metrics::paired_bootstrap_seeds(of_a, of_b, options.seed, options.resamples);
  const double p = metrics::paired_permutation(metrics::seed_means(of_a), metrics::seed_means(of_b),
                                               options.seed, options.permutations);
  return {test.difference, test.p_value, p, p};
}

void hold_family(std::span<PairedComparison* const> family) {
  std::vector<double> p_values;
  for (const auto* comparison : family) p_values.push_back(comparison->p_permutation);
  const auto corrected = metrics::holm_corrected(p_values);
  for (size_t i = 0; i < family.size(); ++i) family[i]->p_holm = corrected[i];
}

}  // namespace r2rank::experiment
