#pragma once

#include <span>
#include <vector>

namespace r2rank::ranking {

/// E[NDCG@k] over rankings drawn from Plackett-Luce(s, tau), exact up to quadrature (docs/method.md, "Ranking
/// distribution and utility"): Plackett-Luce as an exponential race makes the number of items ahead of item p
/// Poisson-binomial given p's arrival time; one integral over that time by the trapezoid rule. O(Q K k) per
/// positive, Q = 112 nodes (128 for K > 32). Absolute error below 1e-11 for value and gradient at any spread
/// of scores and any tau (tested to +-1000). REQUIRES equal lengths, some label > 0 and none NaN, finite
/// scores, k >= 1, tau > 0.
double expected_ndcg(std::span<const double> scores, std::span<const float> relevance, int k, double tau);
/// The same, with d E[NDCG] / d s written to `gradient` [K].
double expected_ndcg(std::span<const double> scores, std::span<const float> relevance, int k, double tau,
                     std::span<double> gradient);
/// NDCG@k of one given ranking (best first). REQUIRES a permutation of 0..K-1, some label > 0.
double ranking_ndcg(std::span<const int> permutation, std::span<const float> relevance, int k);

}  // namespace r2rank::ranking
