#include "learn/score_gradient.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "ranking/expected_ndcg.h"
#include "ranking/plackett_luce.h"

namespace r2rank::learn {
namespace {

struct SampledRanking {
  std::vector<int> order;
  double reward = 0, advantage = 0;
};

std::vector<SampledRanking> sample_rankings(const EstimatorOptions& options, const Utility& utility,
                                            std::span<const double> scores, std::span<const float> relevance,
                                            double given_baseline, base::RandomStream& random) {
  std::vector<SampledRanking> rankings(options.rankings);
  double total = 0;
  for (auto& ranking : rankings) {
    ranking.order = ranking::sample_permutation(scores, utility.tau, random);
    ranking.reward = ranking::ranking_ndcg(ranking.order, relevance, utility.k);
    total += ranking.reward;
  }
  for (auto& ranking : rankings) {
    const double others = options.baseline == RankingBaseline::kLeaveOneOut
                              ? (total - ranking.reward) / static_cast<double>(rankings.size() - 1)
                              : given_baseline;
    ranking.advantage = ranking.reward - others;
  }
  return rankings;
}

/// The PPO surrogate's factor of grad log P: A r where the clipped minimum follows r, 0 where it is flat.
double clipped_factor(double advantage, double ratio, double clip, bool& clipped) {
  clipped = (advantage > 0 && ratio > 1 + clip) || (advantage < 0 && ratio < 1 - clip);
  return clipped ? 0 : advantage * ratio;
}

ScoreGradient by_sampling(const EstimatorOptions& options, const Utility& utility,
                          std::span<const double> scores, std::span<const float> relevance,
                          std::span<const double> old_scores, double given_baseline,
                          base::RandomStream& random) {
  const auto behaviour = old_scores.empty() ? scores : old_scores;
  const int depth =
      options.depth > 0 ? options.depth : std::min<int>(utility.k, static_cast<int>(scores.size()));
  ScoreGradient result{0, std::vector<double>(scores.size(), 0.0), 0};
  const double share = 1.0 / options.rankings;
  for (const auto& ranking :
       sample_rankings(options, utility, behaviour, relevance, given_baseline, random)) {
    const double ratio =
        old_scores.empty() ? 1.0
                           : std::exp(ranking::log_probability(scores, ranking.order, depth, utility.tau) -
                                      ranking::log_probability(behaviour, ranking.order, depth, utility.tau));
    bool clipped = false;
    const double factor = clipped_factor(ranking.advantage, ratio, options.clip, clipped);
    ranking::add_log_probability_gradient(scores, ranking.order, depth, utility.tau, share * factor,
                                          result.gradient);
    result.value += share * ranking.reward;
    result.clipped_share += clipped ? share : 0;
  }
  return result;
}

bool all_finite(std::span<const double> scores) {
  return std::all_of(scores.begin(), scores.end(), [](double score) { return std::isfinite(score); });
}

}  // namespace

Estimator estimator_of(const std::string& name) {
  if (name == "expected") return Estimator::kExpected;
  if (name == "reinforce-pl") return Estimator::kReinforcePl;
  base::fail_usage("train", "unknown estimator '{}': choose expected or reinforce-pl", name);
}

RankingBaseline ranking_baseline_of(const std::string& name) {
  if (name == "leave-one-out") return RankingBaseline::kLeaveOneOut;
  if (name == "batch-mean") return RankingBaseline::kBatchMean;
  if (name == "critic") return RankingBaseline::kCritic;
  base::fail_usage("train", "unknown ranking baseline '{}': choose leave-one-out, batch-mean or critic",
                   name);
}

ScoreGradient score_gradient(const EstimatorOptions& options, const Utility& utility,
                             std::span<const double> scores, std::span<const float> relevance,
                             std::span<const double> old_scores, double given_baseline,
                             base::RandomStream random) {
  ScoreGradient result;
  // From scores that are not finite no ranking can be drawn; U then carries NaN into the gradient.
  if (options.estimator == Estimator::kExpected || !all_finite(scores) || !all_finite(old_scores)) {
    result.gradient.resize(scores.size());
    result.value = utility(scores, relevance, result.gradient);
  } else {
    result = by_sampling(options, utility, scores, relevance, old_scores, given_baseline, random);
  }
  if (options.entropy != 0)
    ranking::add_first_place_entropy_gradient(scores, utility.tau, options.entropy, result.gradient);
  return result;
}

}  // namespace r2rank::learn
