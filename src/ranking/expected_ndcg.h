#pragma once

#include <span>
#include <vector>

namespace r2rank::ranking {

/// E[NDCG@k] over rankings drawn from Plackett-Luce(s, tau), exact up to quadrature (method.md section 3): Plackett-Luce as an
/// exponential race makes the number of items ahead of item p Poisson-binomial given p's arrival time; one integral over that
/// time by the trapezoid rule. O(Q K k) per positive. REQUIRES some label > 0 and finite scores.
double expected_ndcg(std::span<const double> scores, std::span<const float> relevance, int k, double tau);
/// The same, with d E[NDCG] / d s written to `gradient` [K].
double expected_ndcg(std::span<const double> scores, std::span<const float> relevance, int k, double tau,
                     std::span<double> gradient);
/// NDCG@k of one given ranking (best first).
double ranking_ndcg(std::span<const int> permutation, std::span<const float> relevance, int k);

}  // namespace r2rank::ranking
