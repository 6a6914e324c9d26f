#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "metrics/bootstrap.h"

namespace r2rank::metrics {

/// The pieces that the bootstraps share.

/// An unbiased index below `bound` from 32 random bits (Lemire 2019): half the random words that
/// RandomStream::below takes.
uint32_t index_below(base::RandomStream& random, uint32_t bound);
double mean_of(std::span<const double> values);
/// The values' mean with the quantiles of the resampled means. REQUIRES `means` ascending.
Interval interval_of(std::span<const double> values, std::span<const double> means);
/// PairedTest::p_value of ascending resampled differences; those up to `tolerance` from zero count as zero.
double two_sided_p(std::span<const double> means, double tolerance);

}  // namespace r2rank::metrics
