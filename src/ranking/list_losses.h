#pragma once

#include <span>

namespace r2rank::ranking {

/// Listwise, pairwise and pointwise losses for comparison with the expected metric. Each returns the loss of one slate and
/// writes its gradient with respect to the scores [K]. REQUIRES some label > 0.

/// Softmax cross-entropy with label-proportional targets (ListNet top-1; Cao et al. 2007).
double softmax_cross_entropy(std::span<const double> scores, std::span<const float> relevance, double tau,
                             std::span<double> gradient);
/// LambdaLoss with NDCG-Loss2++-style weights |gain difference| * |discount difference| (Wang et al. 2018).
double lambda_loss(std::span<const double> scores, std::span<const float> relevance, int k, std::span<double> gradient);
/// Logistic loss over all (better, worse) pairs, averaged (RankNet; Burges et al. 2005).
double pairwise_logistic(std::span<const double> scores, std::span<const float> relevance, std::span<double> gradient);
/// Binary cross-entropy of each score as a logit, averaged.
double pointwise_logistic(std::span<const double> scores, std::span<const float> relevance, std::span<double> gradient);

}  // namespace r2rank::ranking
