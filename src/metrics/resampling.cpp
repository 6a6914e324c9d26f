#include "metrics/resampling.h"

#include <algorithm>
#include <numeric>

namespace r2rank::metrics {
namespace {

double quantile(std::span<const double> sorted, double level) {
  const double place = level * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

uint32_t index_below(base::RandomStream& random, uint32_t bound) {
  uint64_t product = uint64_t{random.bits()} * bound;
  if (static_cast<uint32_t>(product) < bound) {
    const uint32_t threshold = -bound % bound;
    while (static_cast<uint32_t>(product) < threshold) product = uint64_t{random.bits()} * bound;
  }
  return static_cast<uint32_t>(product >> 32);
}

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
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

}  // namespace r2rank::metrics
