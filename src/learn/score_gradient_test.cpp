#include "learn/score_gradient.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "ranking/expected_ndcg.h"
#include "ranking/plackett_luce.h"

namespace r2rank::learn {
namespace {

const std::vector<double> kOld = {0.2, -0.5, 0.7, 0.1};
const std::vector<float> kRelevance = {0, 1, 0, 2};
const Utility kUtility{ListObjective::kNdcg, 3, 0.8};
constexpr int kDepth = 3;

base::RandomStream stream(uint64_t which = 0) {
  return {11, base::Purpose::kPermutation, which};
}

template <class Function>
std::vector<double> slopes(std::vector<double> x, const Function& f) {
  constexpr double kStep = 1e-5;
  std::vector<double> found;
  for (double& value : x) {
    const double centre = value;
    value = centre + kStep;
    const double above = f(x);
    value = centre - kStep;
    found.push_back((above - f(x)) / (2 * kStep));
    value = centre;
  }
  return found;
}

void expect_near(const std::vector<double>& found, const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], tolerance) << i;
}

EstimatorOptions sampled(int rankings = 1, RankingBaseline baseline = RankingBaseline::kBatchMean) {
  EstimatorOptions options;
  options.estimator = Estimator::kReinforcePl;
  options.rankings = rankings;
  options.baseline = baseline;
  return options;
}

TEST(ScoreGradient, ExpectedIsTheUtilityAndItsGradient) {
  const auto found = score_gradient({}, kUtility, kOld, kRelevance, {}, 0, stream());
  EXPECT_DOUBLE_EQ(found.value, kUtility(kOld, kRelevance));
  expect_near(found.gradient, slopes(kOld, [](const auto& s) { return kUtility(s, kRelevance); }), 1e-8);
}

TEST(ScoreGradient, ExpectedDoesNotReweighInLaterEpochs) {
  const std::vector<double> now = {0.4, -0.1, 0.3, 0.2};
  const auto found = score_gradient({}, kUtility, now, kRelevance, kOld, 0, stream());
  expect_near(found.gradient, score_gradient({}, kUtility, now, kRelevance, {}, 0, stream()).gradient, 0);
}

TEST(ScoreGradient, EntropyBonusAddsTheGradientOfTheFirstPlacesEntropy) {
  EstimatorOptions options;
  options.entropy = 0.3;
  const auto found = score_gradient(options, kUtility, kOld, kRelevance, {}, 0, stream());
  expect_near(found.gradient,
              slopes(kOld,
                     [](const auto& s) {
                       return kUtility(s, kRelevance) + 0.3 * ranking::first_place_entropy(s, kUtility.tau);
                     }),
              1e-8);
}

TEST(ScoreGradient, OneSampledRankingGivesItsAdvantageTimesItsScoreFunction) {
  auto random = stream();
  const auto order = ranking::sample_permutation(kOld, kUtility.tau, random);
  const double reward = ranking::ranking_ndcg(order, kRelevance, kUtility.k);
  const auto found = score_gradient(sampled(), kUtility, kOld, kRelevance, {}, 0.25, stream());
  EXPECT_DOUBLE_EQ(found.value, reward);
  EXPECT_EQ(found.clipped_share, 0);
  expect_near(found.gradient,
              slopes(kOld,
                     [&](const auto& s) {
                       return (reward - 0.25) * ranking::log_probability(s, order, kDepth, kUtility.tau);
                     }),
              1e-8);
}

TEST(ScoreGradient, LeaveOneOutComparesRankingsOfTheSameScores) {
  auto random = stream();
  std::vector<std::vector<int>> orders;
  std::vector<double> rewards;
  for (int n = 0; n < 3; ++n) {
    orders.push_back(ranking::sample_permutation(kOld, kUtility.tau, random));
    rewards.push_back(ranking::ranking_ndcg(orders.back(), kRelevance, kUtility.k));
  }
  const double total = rewards[0] + rewards[1] + rewards[2];
  const auto surrogate = [&](const auto& s) {
    double sum = 0;
    for (int n = 0; n < 3; ++n)
      sum += (rewards[n] - (total - rewards[n]) / 2) *
             ranking::log_probability(s, orders[n], kDepth, kUtility.tau) / 3;
    return sum;
  };
  const auto found =
      score_gradient(sampled(3, RankingBaseline::kLeaveOneOut), kUtility, kOld, kRelevance, {}, 99, stream());
  EXPECT_NEAR(found.value, total / 3, 1e-12);
  expect_near(found.gradient, slopes(kOld, surrogate), 1e-8);
}

TEST(ScoreGradient, DepthOneLooksAtTheFirstPlaceAlone) {
  auto options = sampled();
  options.depth = 1;
  auto random = stream();
  const auto order = ranking::sample_permutation(kOld, kUtility.tau, random);
  const double reward = ranking::ranking_ndcg(order, kRelevance, kUtility.k);
  const auto found = score_gradient(options, kUtility, kOld, kRelevance, {}, 0, stream());
  expect_near(
      found.gradient,
      slopes(kOld,
             [&](const auto& s) { return reward * ranking::log_probability(s, order, 1, kUtility.tau); }),
      1e-8);
}

/// A later epoch whose scores make the sampled ranking more (`towards` > 0) or less likely, and a baseline
/// that sets the sign of its advantage.
struct LaterEpoch {
  std::vector<int> order;
  double reward = 0, baseline = 0, ratio = 0;
  std::vector<double> now;
  ScoreGradient found;

  LaterEpoch(double towards, double advantage) : now(kOld) {
    auto random = stream();
    order = ranking::sample_permutation(kOld, kUtility.tau, random);
    reward = ranking::ranking_ndcg(order, kRelevance, kUtility.k);
    baseline = reward - advantage;
    ranking::add_log_probability_gradient(kOld, order, kDepth, kUtility.tau, towards, now);
    ratio = ratio_at(now);
    found = score_gradient(sampled(), kUtility, now, kRelevance, kOld, baseline, stream());
  }
  double ratio_at(const std::vector<double>& scores) const {
    return std::exp(ranking::log_probability(scores, order, kDepth, kUtility.tau) -
                    ranking::log_probability(kOld, order, kDepth, kUtility.tau));
  }
  /// Slopes of PPO's min(A r, A clip(r, 0.8, 1.2)).
  std::vector<double> clipped_slopes() const {
    return slopes(now, [this](const auto& scores) {
      const double r = ratio_at(scores), advantage = reward - baseline;
      return std::min(advantage * r, advantage * std::clamp(r, 0.8, 1.2));
    });
  }
};

TEST(ScoreGradient, ALaterEpochFollowsTheRatioWithinTheClip) {
  const LaterEpoch epoch(0.02, 0.5);
  ASSERT_GT(epoch.ratio, 1.0);
  ASSERT_LT(epoch.ratio, 1.2);
  expect_near(epoch.found.gradient, epoch.clipped_slopes(), 1e-8);
  EXPECT_EQ(epoch.found.clipped_share, 0);
}

TEST(ScoreGradient, AGoodRankingIsNotPushedBeyondTheUpperClip) {
  const LaterEpoch epoch(0.5, 0.5);
  ASSERT_GT(epoch.ratio, 1.2);
  expect_near(epoch.found.gradient, {0, 0, 0, 0}, 0);
  expect_near(epoch.clipped_slopes(), {0, 0, 0, 0}, 0);
  EXPECT_EQ(epoch.found.clipped_share, 1);
}

TEST(ScoreGradient, ABadRankingIsNotPushedBelowTheLowerClip) {
  const LaterEpoch epoch(-0.5, -0.5);
  ASSERT_LT(epoch.ratio, 0.8);
  expect_near(epoch.found.gradient, {0, 0, 0, 0}, 0);
  expect_near(epoch.clipped_slopes(), {0, 0, 0, 0}, 0);
  EXPECT_EQ(epoch.found.clipped_share, 1);
}

TEST(ScoreGradient, ARankingThatMovedTheWrongWayIsAlwaysPulledBack) {
  for (const double sign : {1.0, -1.0}) {
    const LaterEpoch epoch(-0.5 * sign, 0.5 * sign);
    ASSERT_GT(std::abs(epoch.ratio - 1), 0.2);
    expect_near(epoch.found.gradient, epoch.clipped_slopes(), 1e-7);
    EXPECT_GT(std::abs(epoch.found.gradient[epoch.order[0]]), 1e-3);
    EXPECT_EQ(epoch.found.clipped_share, 0);
  }
}

TEST(ScoreGradient, TheSameStreamGivesTheSameRankings) {
  const auto one = score_gradient(sampled(4), kUtility, kOld, kRelevance, {}, 0, stream(3));
  EXPECT_EQ(one.gradient, score_gradient(sampled(4), kUtility, kOld, kRelevance, {}, 0, stream(3)).gradient);
  EXPECT_NE(one.gradient, score_gradient(sampled(4), kUtility, kOld, kRelevance, {}, 0, stream(4)).gradient);
}

TEST(ScoreGradient, ACutOffBeyondTheSlateCountsAllPlaces) {
  const Utility wide{ListObjective::kNdcg, 10, 1.0};
  const auto found = score_gradient(sampled(8), wide, kOld, kRelevance, {}, 0.5, stream());
  double sum = 0;
  for (const double value : found.gradient) sum += value;
  EXPECT_NEAR(sum, 0, 1e-12);  // a shift of all scores changes nothing
}

TEST(ScoreGradient, ScoresThatAreNotFiniteGiveAGradientThatIsNotAndNoRanking) {
  std::vector<double> scores = kOld;
  scores[1] = std::nan("");
  for (const auto& options : {EstimatorOptions(), sampled(4, RankingBaseline::kLeaveOneOut)}) {
    const auto found = score_gradient(options, kUtility, scores, kRelevance, {}, 0, stream());
    EXPECT_TRUE(std::isnan(found.value));
    for (const double slope : found.gradient) EXPECT_TRUE(std::isnan(slope));
  }
}

TEST(ScoreGradient, RefusesUnknownNamesWithTheChoices) {
  const auto text_of = [](const auto& action) -> std::string {
    try {
      action();
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
      return error.what();
    }
    return "";
  };
  EXPECT_NE(text_of([] { estimator_of("ppo"); }).find("choose expected or reinforce-pl"), std::string::npos);
  EXPECT_NE(text_of([] { ranking_baseline_of("mean"); }).find("choose leave-one-out, batch-mean or critic"),
            std::string::npos);
}

}  // namespace
}  // namespace r2rank::learn
