#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"

namespace r2rank::ranking {

/// Plackett-Luce over scores s at temperature tau (Plackett 1975): positions are filled one after another
/// with probability proportional to exp(s/tau) among what is left. Permutations list all K candidate indices,
/// best first; everything in double. REQUIRES finite scores, tau > 0, permutations of 0..K-1, 0 <= depth <=
/// K, gradients of length K.

/// One ranking of all K candidates: argsort of s/tau + Gumbel noise.
std::vector<int> sample_permutation(std::span<const double> scores, double tau, base::RandomStream& random);
/// log P of the first `depth` places of `permutation` (depth = K: of the whole). O(K).
double log_probability(std::span<const double> scores, std::span<const int> permutation, int depth,
                       double tau);
/// Adds scale * d log P / d s to `gradient` [K]. O(K).
void add_log_probability_gradient(std::span<const double> scores, std::span<const int> permutation, int depth,
                                  double tau, double scale, std::span<double> gradient);
/// Entropy of the distribution over the first place (the bonus RL uses; the entropy over whole rankings has
/// no closed form), and its gradient added to `gradient` scaled by `scale`.
double first_place_entropy(std::span<const double> scores, double tau);
void add_first_place_entropy_gradient(std::span<const double> scores, double tau, double scale,
                                      std::span<double> gradient);
/// Exact entropy over whole rankings by the chain rule over all subsets of placed items; REQUIRES K <= 8
/// (tests, small studies).
double ranking_entropy_enumerated(std::span<const double> scores, double tau);
/// Monte-Carlo estimate of that entropy from n sampled permutations; REQUIRES n >= 1.
double ranking_entropy_sampled(std::span<const double> scores, double tau, int n, base::RandomStream& random);

}  // namespace r2rank::ranking
