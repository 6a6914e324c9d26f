#pragma once

#include <cstdint>
#include <span>

namespace r2rank::metrics {

/// A mean with its 95 % percentile-bootstrap interval.
struct Interval {
  double mean = 0, lo = 0, hi = 0;
};

/// Bootstrap over users (each value is one user's): `resamples` draws keyed by `seed`. One value gives a degenerate interval.
Interval bootstrap_mean(std::span<const double> values, uint64_t seed, int resamples = 2000);

/// Paired comparison a - b over the same users: interval of the mean difference and two-sided bootstrap p-value.
struct PairedTest {
  Interval difference;
  double p_value = 1;
};
PairedTest paired_bootstrap(std::span<const double> a, std::span<const double> b, uint64_t seed, int resamples = 2000);

}  // namespace r2rank::metrics
