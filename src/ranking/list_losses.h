#pragma once

#include <span>

namespace r2rank::ranking {

/// Listwise, pairwise and pointwise losses for comparison with the expected metric. Each returns the loss of
/// one slate and writes its gradient with respect to the scores [K]. REQUIRES equal lengths, some label > 0,
/// finite scores.

/// Softmax cross-entropy of s/tau with label-proportional targets (ListNet top-1; Cao et al. 2007); labels
/// below 0 count as 0.
double softmax_cross_entropy(std::span<const double> scores, std::span<const float> relevance, double tau,
                             std::span<double> gradient);
/// LambdaLoss, NDCG-Loss2++ (Wang et al. 2018, eq. 19 with mu = 10): over pairs of a better and a worse item,
/// |G_i - G_j| (|1/D_i - 1/D_j| + mu |1/D_|i-j| - 1/D_|i-j|+1|) log2(1 + exp(s_j - s_i)), G = gain / ideal
/// DCG@k, D_r = log2(1 + r), ranks by the present scores; 1/D_r = 0 beyond rank k, and a pair counts when
/// either rank is within k. The weights are constants for the gradient. Tied scores are ranked worst label
/// first, so that the incoming order cannot help.
double lambda_loss(std::span<const double> scores, std::span<const float> relevance, int k,
                   std::span<double> gradient);
/// Logistic loss over all (better, worse) pairs, averaged (RankNet; Burges et al. 2005); 0 when all labels
/// are equal.
double pairwise_logistic(std::span<const double> scores, std::span<const float> relevance,
                         std::span<double> gradient);
/// Binary cross-entropy of each score as a logit (target: label > 0), averaged.
double pointwise_logistic(std::span<const double> scores, std::span<const float> relevance,
                          std::span<double> gradient);

}  // namespace r2rank::ranking
