#pragma once

#include <span>
#include <string>
#include <vector>

namespace r2rank::learn {

/// What is maximised over one slate's scores: the exact expected NDCG@k under Plackett-Luce, or the negative
/// of a list loss kept for comparison.
enum class ListObjective { kNdcg, kCrossEntropy, kLambda, kPairwise, kPointwise };
ListObjective list_objective(const std::string& name);  ///< Errors: kUsage
std::vector<std::string> list_objective_names();        ///< ndcg, cross-entropy, lambda, pairwise, pointwise

/// U(s) of one slate: which objective, at which cut-off k and Plackett-Luce temperature tau.
struct Utility {
  ListObjective objective = ListObjective::kNdcg;
  int k = 10;
  double tau = 1.0;

  /// scores, relevance [K] -> U. REQUIRES some label > 0.
  double operator()(std::span<const double> scores, std::span<const float> relevance) const;
  /// The same, writing dU/ds to `gradient` [K].
  double operator()(std::span<const double> scores, std::span<const float> relevance,
                    std::span<double> gradient) const;
};

}  // namespace r2rank::learn
