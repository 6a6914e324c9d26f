#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "metrics/bootstrap.h"
#include "metrics/resampled_means.h"

namespace r2rank::metrics {

/// One scorer trained with several seeds: runs[s][u] is the value of user u under seed s, users in one order.
using SeedRuns = std::span<const std::vector<double>>;

/// Mean over users and seeds with its interval over both. Users and seeds are crossed, each run having met
/// the same users, so each resample draws users and, independently, seeds, and takes the mean over the drawn
/// users x drawn seeds (the pigeonhole bootstrap, Owen 2007): what a user is like is shared by all runs,
/// which a resampling of users within each run would average away. With S seeds it sees (S - 1)/S of the
/// variance between seeds. One run gives bootstrap_mean() to the bit. REQUIRES at least one run, all of one
/// length, and as bootstrap_mean().
Interval bootstrap_seeds(SeedRuns runs, uint64_t seed, int resamples = 2000);

/// Paired comparison a - b over the same users; the seeds of a and of b are drawn each for itself, since run
/// s of one has nothing in common with run s of the other. p-value as paired_bootstrap(), which one run each
/// gives to the bit.
PairedTest paired_bootstrap_seeds(SeedRuns a, SeedRuns b, uint64_t seed, int resamples = 2000);

/// What bootstrap_seeds() gives for each column: metrics or scorers on the same users. The resamples are
/// drawn once for all of them, which is most of the work.
std::vector<Interval> bootstrap_columns(std::span<const SeedRuns> columns, uint64_t seed,
                                        int resamples = 2000, const Spread& spread = on_this_thread);

/// The same of paired_bootstrap_seeds().
struct SeedPair {
  SeedRuns a, b;
};
std::vector<PairedTest> paired_bootstrap_columns(std::span<const SeedPair> pairs, uint64_t seed,
                                                 int resamples = 2000, const Spread& spread = on_this_thread);

/// The mean over runs of each user.
std::vector<double> seed_means(SeedRuns runs);
/// Standard deviation (n - 1) of the runs' means over users; 0 for one run.
double seed_deviation(SeedRuns runs);

}  // namespace r2rank::metrics
