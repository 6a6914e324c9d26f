#pragma once

#include <cstdint>
#include <span>

namespace r2rank::metrics {

/// A mean with its 95 % percentile-bootstrap interval (Efron 1979): the 2.5 % and 97.5 % quantiles of the
/// resampled means, linear between order statistics (definition 7 of Hyndman & Fan 1996, numpy's default).
struct Interval {
  double mean = 0, lo = 0, hi = 0;
};

/// Bootstrap over users (each value is one user's): `resamples` draws keyed by `seed`. One value gives a
/// degenerate interval. REQUIRES at least one value, all finite, resamples >= 1.
Interval bootstrap_mean(std::span<const double> values, uint64_t seed, int resamples = 2000);

/// Paired comparison a - b over the same users: interval of the mean difference and two-sided bootstrap
/// p-value, 2 (1 + number of resampled differences on or beyond zero, the rarer side) / (1 + resamples), at
/// most 1; the smallest value it can show is 2 / (1 + resamples). One user proves nothing: p = 1. REQUIRES
/// equal lengths, and as above.
struct PairedTest {
  Interval difference;
  double p_value = 1;
};
PairedTest paired_bootstrap(std::span<const double> a, std::span<const double> b, uint64_t seed,
                            int resamples = 2000);

}  // namespace r2rank::metrics
