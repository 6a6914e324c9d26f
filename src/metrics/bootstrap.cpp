#include "metrics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/error.h"
#include "base/random.h"

namespace r2rank::metrics {
namespace {

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// An unbiased index below `bound` from 32 random bits (Lemire 2019): half the random words that
/// RandomStream::below takes.
uint32_t index_below(base::RandomStream& random, uint32_t bound) {
  uint64_t product = uint64_t{random.bits()} * bound;
  if (static_cast<uint32_t>(product) < bound) {
    const uint32_t threshold = -bound % bound;
    while (static_cast<uint32_t>(product) < threshold) product = uint64_t{random.bits()} * bound;
  }
  return static_cast<uint32_t>(product >> 32);
}

double resampled_mean(std::span<const double> values, base::RandomStream random) {
  const auto count = static_cast<uint32_t>(values.size());
  double total = 0;
  for (uint32_t i = 0; i < count; ++i) total += values[index_below(random, count)];
  return total / count;
}

/// The means of all resamples, ascending. Each resample has its own stream, so that more resamples extend
/// fewer.
std::vector<double> sorted_means(std::span<const double> values, uint64_t seed, int resamples) {
  R2RANK_CHECK(!values.empty() && values.size() < UINT32_MAX && resamples >= 1);
  R2RANK_CHECK(std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); }));
  std::vector<double> means(static_cast<size_t>(resamples));
  for (size_t r = 0; r < means.size(); ++r)
    means[r] = resampled_mean(values, base::RandomStream(seed, base::Purpose::kBootstrap, r));
  std::sort(means.begin(), means.end());
  return means;
}

double quantile(std::span<const double> sorted, double level) {
  const double place = level * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Interval interval_of(std::span<const double> values, std::span<const double> means) {
  const double mean = mean_of(values);
  if (values.size() == 1) return {mean, mean, mean};
  return {mean, quantile(means, 0.025), quantile(means, 0.975)};
}

double two_sided_p(std::span<const double> means, double tolerance) {
  const auto not_above = std::upper_bound(means.begin(), means.end(), tolerance) - means.begin();
  const auto not_below = means.end() - std::lower_bound(means.begin(), means.end(), -tolerance);
  const double rarer = static_cast<double>(std::min(not_above, not_below)) + 1;
  return std::min(1.0, 2 * rarer / (static_cast<double>(means.size()) + 1));
}

}  // namespace

Interval bootstrap_mean(std::span<const double> values, uint64_t seed, int resamples) {
  return interval_of(values, sorted_means(values, seed, resamples));
}

PairedTest paired_bootstrap(std::span<const double> a, std::span<const double> b, uint64_t seed,
                            int resamples) {
  R2RANK_CHECK(a.size() == b.size());
  std::vector<double> differences(a.size());
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    differences[i] = a[i] - b[i];
    largest = std::max(largest, std::abs(differences[i]));
  }
  const auto means = sorted_means(differences, seed, resamples);
  // Sums that cancel exactly on paper leave rounding behind; they count as zero.
  const double p_value = a.size() == 1 ? 1 : two_sided_p(means, 1e-12 * largest);
  return {interval_of(differences, means), p_value};
}

}  // namespace r2rank::metrics
