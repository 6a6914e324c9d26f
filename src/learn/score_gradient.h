#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "learn/credit.h"
#include "learn/list_objective.h"

namespace r2rank::learn {

/// How the gradient reaches the scores: `expected` differentiates U exactly; `reinforce-pl` samples rankings
/// from Plackett-Luce and uses the score function with a baseline. Never both.
enum class Estimator { kExpected, kReinforcePl };
Estimator estimator_of(const std::string& name);  ///< Errors: kUsage

/// Baseline of the sampled estimator: the mean reward of the other rankings of this slate, or a number given
/// from outside: the mean reward of the other slates of the batch, or the critic's value (critic.h).
enum class RankingBaseline { kLeaveOneOut, kBatchMean, kCritic };
RankingBaseline ranking_baseline_of(const std::string& name);  ///< Errors: kUsage

struct EstimatorOptions {
  Estimator estimator = Estimator::kExpected;
  RankingBaseline baseline = RankingBaseline::kLeaveOneOut;
  int rankings = 8;    ///< n sampled rankings a score vector
  int depth = 0;       ///< places that count in log P (0: the cut-off k)
  double clip = 0.2;   ///< PPO clip of the Plackett-Luce ratio, for later epochs
  double entropy = 0;  ///< weight of the first-place entropy
};

/// Value and gradient of one score vector [K]: what the surrogate objective adds for it. With `old_scores` (a
/// later epoch on the same rollout) the sampled estimator weighs its rankings by the clipped ratio; they are
/// drawn from the old scores.
struct ScoreGradient {
  double value = 0;              ///< U exactly (expected) or the mean sampled reward
  std::vector<double> gradient;  ///< [K], of what is maximised
  double clipped_share = 0;      ///< of the sampled rankings
};
ScoreGradient score_gradient(const EstimatorOptions& options, const Utility& utility,
                             std::span<const double> scores, std::span<const float> relevance,
                             std::span<const double> old_scores, double given_baseline,
                             base::RandomStream random);

}  // namespace r2rank::learn
