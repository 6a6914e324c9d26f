#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "metrics/bootstrap.h"
#include "metrics/per_user.h"
#include "metrics/seed_bootstrap.h"

namespace r2rank::experiment {

/// The results of one scorer: one file, or one a training seed. Points into the results it was made of.
struct ScorerRuns {
  std::string scorer;
  std::vector<const metrics::PerUserResults*> runs;
};

/// How intervals and p-values are drawn.
struct Resampling {
  uint64_t seed = 7;
  int resamples = 2000;      ///< of the bootstrap
  int permutations = 10000;  ///< of the randomisation test
};

/// Groups results by scorer, in order of first appearance. Several results of a name are several training
/// seeds of one scorer where `repeated` names it. Errors: kUsage when they are not all on the same slates, a
/// name comes twice without being in `repeated`, or two runs of a scorer have equal scores (a file given
/// twice).
std::vector<ScorerRuns> group_runs(std::span<const metrics::PerUserResults> results,
                                   std::span<const std::string> repeated);
/// Errors: kUsage naming those there are.
const ScorerRuns& find_runs(std::span<const ScorerRuns> scorers, const std::string& name);

/// user_means() of each run in one column: [runs][users].
using RunValues = std::vector<std::vector<double>>;
/// [columns]. Errors as user_means().
std::vector<RunValues> user_values(const ScorerRuns& scorer, std::span<const std::string> columns);
RunValues user_values(const ScorerRuns& scorer, const std::string& column);

/// The mean of each column with its interval over users and seeds; the threads of libtorch's pool share the
/// resamples. REQUIRES columns of the same users.
std::vector<metrics::Interval> intervals_of(std::span<const RunValues> columns, const Resampling& options);

/// The difference a - b on the same users.
struct PairedComparison {
  metrics::Interval difference;
  double p_bootstrap = 1;    ///< over users and seeds
  double p_permutation = 1;  ///< randomisation test on the users' means over seeds
  double p_holm = 1;         ///< the latter, corrected for the family of comparisons it belongs to
};
/// One for each pair of columns, all of the same users. p_holm is left equal to p_permutation until
/// hold_family() corrects it.
std::vector<PairedComparison> compare_values(std::span<const metrics::SeedPair> pairs,
                                             const Resampling& options);
/// The same of two scorers' columns. Errors as user_means().
std::vector<PairedComparison> compare_runs(const ScorerRuns& a, const ScorerRuns& b,
                                           std::span<const std::string> columns, const Resampling& options);
/// Corrects p_holm of comparisons that are read together.
void hold_family(std::span<PairedComparison* const> family);

}  // namespace r2rank::experiment
