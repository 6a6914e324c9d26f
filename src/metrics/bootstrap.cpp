#include "metrics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.h"
#include "metrics/resampled_means.h"
#include "metrics/resampling.h"

namespace r2rank::metrics {
namespace {

/// The means of all resamples, ascending.
std::vector<double> sorted_means(std::span<const double> values, uint64_t seed, int resamples) {
  auto means = resampled_means({&values, 1}, seed, resamples)[0];
  std::sort(means.begin(), means.end());
  return means;
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
