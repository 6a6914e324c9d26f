#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "metrics/resampled_means.h"

namespace r2rank::metrics {

/// Paired randomisation test (Fisher 1935; Smucker, Allan & Carterette 2007 for retrieval): under the null
/// hypothesis the names of the two scorers could be exchanged for each user, so that each difference a - b
/// could as well have the other sign. Two-sided p-value of the mean difference: exact over all 2^n signs of
/// the n users who differ where those are at most `permutations`, else (1 + c)/(1 + permutations), c =
/// number of random signs whose mean is as far from zero as the observed one; draws are keyed by `seed`.
/// Users without a difference change nothing. REQUIRES equal lengths, finite values, permutations >= 1.
double paired_permutation(std::span<const double> a, std::span<const double> b, uint64_t seed,
                          int permutations = 10000);

/// What paired_permutation() gives for each pair. The random signs are drawn once for all of them: most of
/// the work where there are many users.
struct ValuePair {
  std::span<const double> a, b;
};
std::vector<double> paired_permutations(std::span<const ValuePair> pairs, uint64_t seed,
                                        int permutations = 10000, const Spread& spread = on_this_thread);

/// Holm's (1979) step-down correction: p-values that bound the chance of any false rejection in the whole
/// family. In the order given; at most 1. REQUIRES values in [0, 1].
std::vector<double> holm_corrected(std::span<const double> p_values);

}  // namespace r2rank::metrics
