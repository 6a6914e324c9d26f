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
  base::RandomStream random(seed, base::Purpose::kBootstrap, resample, static_cast<uint64_t>(side));
  std::vector<double> weights(runs, 0.0);
  for (size_t i = 0; i < runs; ++i) weights[index_below(random, static_cast<uint32_t>(runs))] += 1;
  for (double& weight : weights) weight /= static_cast<double>(runs);
  return weights;
}

/// Adds sign x the weighted sum of the runs to each user's value.
void add_runs(SeedRuns runs, std::span<const double> weights, double sign, std::vector<double>& values) {
  for (size_t run = 0; run < runs.size(); ++run) {
    if (weights[run] == 0) continue;
    for (size_t user = 0; user < values.size(); ++user)
      values[user] += sign * (weights[run] * runs[run][user]);
  }
}

/// Resampled means of a, or of a - b where b has runs, ascending.
std::vector<double> sorted_means(SeedRuns a, SeedRuns b, uint64_t seed, int resamples) {
  R2RANK_CHECK(resamples >= 1);
  std::vector<double> means(static_cast<size_t>(resamples)), values;
  for (size_t r = 0; r < means.size(); ++r) {
    values.assign(a[0].size(), 0.0);
    add_runs(a, drawn_weights(a.size(), seed, r, Side::kFirst), 1, values);
    if (!b.empty()) add_runs(b, drawn_weights(b.size(), seed, r, Side::kSecond), -1, values);
    means[r] = resampled_mean(values, base::RandomStream(seed, base::Purpose::kBootstrap, r));
  }
  std::sort(means.begin(), means.end());
  return means;
}

/// The interval of several runs is that of their resamples even for one user.
Interval crossed_interval(std::span<const double> values, std::span<const double> means, size_t runs) {
  if (values.size() > 1 || runs == 1) return interval_of(values, means);
  const std::vector<double> twice = {values[0], values[0]};
  return interval_of(twice, means);
}

}  // namespace

std::vector<double> seed_means(SeedRuns runs) {
  check_runs(runs);
  std::vector<double> means(runs[0].size(), 0.0);
  add_runs(runs, std::vector<double>(runs.size(), 1 / static_cast<double>(runs.size())), 1, means);
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

Interval bootstrap_seeds(SeedRuns runs, uint64_t seed, int resamples) {
  check_runs(runs);
  return crossed_interval(seed_means(runs), sorted_means(runs, {}, seed, resamples), runs.size());
}

PairedTest paired_bootstrap_seeds(SeedRuns a, SeedRuns b, uint64_t seed, int resamples) {
  check_runs(a);
  check_runs(b);
  R2RANK_CHECK(a[0].size() == b[0].size());
  auto differences = seed_means(a);
  const auto others = seed_means(b);
  double largest = 0;
  for (size_t user = 0; user < differences.size(); ++user) {
    differences[user] -= others[user];
    largest = std::max(largest, std::abs(differences[user]));
  }
  const auto means = sorted_means(a, b, seed, resamples);
  const double p_value = differences.size() == 1 ? 1 : two_sided_p(means, 1e-12 * largest);
  return {crossed_interval(differences, means, std::max(a.size(), b.size())), p_value};
}

}  // namespace r2rank::metrics
