#include "metrics/seed_bootstrap.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "metrics/resampling.h"

namespace r2rank::metrics {
namespace {

/// Whose seeds are drawn; keeps the draws of two scorers, and those of users, apart.
enum class Side : uint64_t { kFirst = 2, kSecond = 3 };

void check_runs(SeedRuns runs) {
  R2RANK_CHECK(!runs.empty() && !runs[0].empty() && runs[0].size() < UINT32_MAX);
  for (const auto& run : runs) {
    R2RANK_CHECK(run.size() == runs[0].size());
    R2RANK_CHECK(std::all_of(run.begin(), run.end(), [](double value) { return std::isfinite(value); }));
  }
}

/// How often each run is drawn, over how many there are.
std::vector<double> drawn_weights(size_t runs, uint64_t seed, uint64_t resample, Side side) {
  if (runs == 1) return {1.0};
  base::RandomStream random(seed, base::Purpose::kBootstrap, resample, static_cast<uint64_t>(side));
  std::vector<double> weights(runs, 0.0);
  for (size_t i = 0; i < runs; ++i) weights[index_below(random, static_cast<uint32_t>(runs))] += 1;
  for (double& weight : weights) weight /= static_cast<double>(runs);
  return weights;
}

/// The resampled means of each run: [runs][resamples].
using RunMeans = std::span<const std::vector<double>>;

/// Adds sign x the means over the drawn runs to the resamples.
void add_drawn(RunMeans runs, uint64_t seed, Side side, double sign, std::vector<double>& means) {
  for (size_t r = 0; r < means.size(); ++r) {
    const auto weights = drawn_weights(runs.size(), seed, r, side);
    double mean = 0;
    for (size_t run = 0; run < runs.size(); ++run) mean += weights[run] * runs[run][r];
    means[r] += sign * mean;
  }
}

/// Resampled means of a, or of a - b where b has runs, ascending.
std::vector<double> sorted_means(RunMeans a, RunMeans b, uint64_t seed) {
  std::vector<double> means(a[0].size(), 0.0);
  add_drawn(a, seed, Side::kFirst, 1, means);
  if (!b.empty()) add_drawn(b, seed, Side::kSecond, -1, means);
  std::sort(means.begin(), means.end());
  return means;
}

/// Users' differences of the runs to the first run of b: a mean over drawn runs of a minus one of b stays
/// what it is, and rounding is as small as the differences are, so that scorers nearly equal can be told from
/// equal.
void add_differences(SeedRuns runs, const SeedPair& pair, std::vector<std::vector<double>>& columns) {
  for (const auto& run : runs) {
    columns.push_back(run);
    for (size_t user = 0; user < run.size(); ++user) columns.back()[user] -= pair.b[0][user];
  }
}

/// How many runs of b there are to draw from: where there is one, its difference to itself is nothing.
size_t drawn_runs(const SeedPair& pair) {
  return pair.b.size() == 1 ? 0 : pair.b.size();
}

/// The interval of several runs is that of their resamples even for one user.
Interval crossed_interval(std::span<const double> values, std::span<const double> means, size_t runs) {
  if (values.size() > 1 || runs == 1) return interval_of(values, means);
  const std::vector<double> twice = {values[0], values[0]};
  return interval_of(twice, means);
}

PairedTest paired_test(const SeedPair& pair, std::span<const double> means) {
  auto differences = seed_means(pair.a);
  const auto others = seed_means(pair.b);
  double largest = 0;
  for (size_t user = 0; user < differences.size(); ++user) {
    differences[user] -= others[user];
    largest = std::max(largest, std::abs(differences[user]));
  }
  const double p_value = differences.size() == 1 ? 1 : two_sided_p(means, 1e-12 * largest);
  return {crossed_interval(differences, means, std::max(pair.a.size(), pair.b.size())), p_value};
}

}  // namespace

std::vector<double> seed_means(SeedRuns runs) {
  check_runs(runs);
  std::vector<double> means(runs[0].size(), 0.0);
  const double weight = 1 / static_cast<double>(runs.size());
  for (const auto& run : runs)
    for (size_t user = 0; user < means.size(); ++user) means[user] += weight * run[user];
  return means;
}

double seed_deviation(SeedRuns runs) {
  check_runs(runs);
  if (runs.size() == 1) return 0;
  std::vector<double> means;
  for (const auto& run : runs) means.push_back(mean_of(run));
  const double mean = mean_of(means);
  double squares = 0;
  for (const double value : means) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(means.size() - 1));
}

std::vector<Interval> bootstrap_columns(std::span<const SeedRuns> columns, uint64_t seed, int resamples,
                                        const Spread& spread) {
  std::vector<std::span<const double>> runs;
  for (const SeedRuns column : columns) {
    check_runs(column);
    runs.insert(runs.end(), column.begin(), column.end());
  }
  const auto means = resampled_means(runs, seed, resamples, spread);
  std::vector<Interval> intervals;
  RunMeans rest = means;
  for (const SeedRuns column : columns) {
    const auto sorted = sorted_means(rest.first(column.size()), {}, seed);
    intervals.push_back(crossed_interval(seed_means(column), sorted, column.size()));
    rest = rest.subspan(column.size());
  }
  return intervals;
}

std::vector<PairedTest> paired_bootstrap_columns(std::span<const SeedPair> pairs, uint64_t seed,
                                                 int resamples, const Spread& spread) {
  std::vector<std::vector<double>> differences;
  for (const SeedPair& pair : pairs) {
    check_runs(pair.a);
    check_runs(pair.b);
    R2RANK_CHECK(pair.a[0].size() == pair.b[0].size());
    add_differences(pair.a, pair, differences);
    add_differences(pair.b.first(drawn_runs(pair)), pair, differences);
  }
  const std::vector<std::span<const double>> runs(differences.begin(), differences.end());
  const auto means = resampled_means(runs, seed, resamples, spread);
  std::vector<PairedTest> tests;
  RunMeans rest = means;
  for (const SeedPair& pair : pairs) {
    const auto of_a = rest.first(pair.a.size()), of_b = rest.subspan(pair.a.size(), drawn_runs(pair));
    tests.push_back(paired_test(pair, sorted_means(of_a, of_b, seed)));
    rest = rest.subspan(of_a.size() + of_b.size());
  }
  return tests;
}

Interval bootstrap_seeds(SeedRuns runs, uint64_t seed, int resamples) {
  return bootstrap_columns({&runs, 1}, seed, resamples)[0];
}

PairedTest paired_bootstrap_seeds(SeedRuns a, SeedRuns b, uint64_t seed, int resamples) {
  const SeedPair pair{a, b};
  return paired_bootstrap_columns({&pair, 1}, seed, resamples)[0];
}

}  // namespace r2rank::metrics
