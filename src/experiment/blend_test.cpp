#include "experiment/blend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "experiment/test_components.h"

namespace r2rank::experiment {
namespace {

using testing::Components;

class BlendTest : public ::testing::Test {
 protected:
  Components valid_{600, 1}, test_{600, 2};
};

TEST_F(BlendTest, WeighsWhatKnowsMoreMore) {
  const auto blend =
      learn_blend(std::vector{valid_.scorer("weak", 0.5), valid_.scorer("strong", 1.5)}, valid_.slates, {});
  EXPECT_NEAR(blend.weights[0] + blend.weights[1], 1, 1e-12);
  // By the likelihood of normal noise 1.5 / 0.5 for scores as they are; z-scores divide by sqrt(1.36) and
  // sqrt(1.04).
  EXPECT_NEAR(blend.weights[1] / blend.weights[0], 3.4, 1.2);
}

TEST_F(BlendTest, GivesNoiseNoWeightToSpeakOfAndOppositesNone) {
  const auto blend = learn_blend(
      std::vector{valid_.scorer("noise", 0), valid_.scorer("signal", 2), valid_.scorer("opposite", -1)},
      valid_.slates, {});
  EXPECT_LT(blend.weights[0], 0.1);
  EXPECT_EQ(blend.weights[2], 0);
}

TEST_F(BlendTest, IsBetterThanEachOfItsScorersOnOtherSlates) {
  const auto learned =
      learn_blend(std::vector{valid_.scorer("a", 1), valid_.scorer("b", 1.2)}, valid_.slates, {});
  const std::vector results = {test_.scorer("b", 1.2), test_.scorer("other", 0), test_.scorer("a", 1)};
  const auto blended = apply_blend(learned, results, test_.slates, test_.dataset, "blend");
  EXPECT_GT(Components::ndcg(blended), Components::ndcg(results[0]) + 0.02);
  EXPECT_GT(Components::ndcg(blended), Components::ndcg(results[2]) + 0.02);
  EXPECT_EQ(blended.scorer, "blend");
  EXPECT_EQ(blended.values.at(kMilliseconds)[0], 3);
  EXPECT_EQ(blended.values.at(kTokens)[0], 20);
}

TEST_F(BlendTest, IsTheMaximumOfTheLikelihood) {
  const std::vector results = {valid_.scorer("a", 1), valid_.scorer("b", 2)};
  const auto blend = learn_blend(results, valid_.slates, {.ridge = 1e-6});
  const auto scores = component_scores(results, valid_.slates);
  // The share at which the best multiple of the blend has the highest likelihood, by search.
  const auto likelihood = [&](double share) {
    double best = -INFINITY;
    for (double scale = 0.5; scale < 4; scale += 0.02) {
      double sum = 0;
      for (size_t slate = 0; slate < scores.slates(); ++slate) {
        double total = 0, positive = 0;
        for (size_t k = 0; k < scores.size(slate); ++k) {
          const auto z = scores.row(scores.first[slate] + k);
          const double score = std::exp(scale * (share * z[0] + (1 - share) * z[1]));
          total += score;
          positive += valid_.slates.slates[slate].relevance[k] > 0 ? score : 0;
        }
        sum += std::log(positive / total);
      }
      best = std::max(best, sum);
    }
    return best;
  };
  const double here = likelihood(blend.weights[0]);
  EXPECT_GE(here + 0.02, likelihood(blend.weights[0] - 0.03));
  EXPECT_GE(here + 0.02, likelihood(blend.weights[0] + 0.03));
}

TEST_F(BlendTest, ShareOfEqualScorersIsEqual) {
  auto copy = valid_.scorer("a", 1);
  copy.scorer = "b";
  const auto blend = learn_blend(std::vector{valid_.scorer("a", 1), copy}, valid_.slates, {});
  EXPECT_NEAR(blend.weights[0], 0.5, 1e-6);
}

TEST_F(BlendTest, OfOneScorerIsThatScorer) {
  const std::vector results = {valid_.scorer("a", 1)};
  const auto blend = learn_blend(results, valid_.slates, {});
  EXPECT_EQ(blend.weights, (std::vector<double>{1}));
  EXPECT_NEAR(blend.ndcg, Components::ndcg(results[0]), 1e-12);
}

TEST_F(BlendTest, OfAUselessScorerStillIsThatScorer) {
  EXPECT_EQ(learn_blend(std::vector{valid_.scorer("a", -2)}, valid_.slates, {}).weights,
            (std::vector<double>{1}));
}

TEST_F(BlendTest, MeasuresItselfOnUsersItDidNotLearnFrom) {
  std::vector<metrics::PerUserResults> noise;
  for (int s = 0; s < 12; ++s) noise.push_back(valid_.scorer("noise" + std::to_string(s), 0));
  const auto blend = learn_blend(noise, valid_.slates, {});
  EXPECT_LT(blend.cross_fitted_ndcg, blend.ndcg);
}

TEST_F(BlendTest, LearnsNothingFromSkippedSlates) {
  auto results = std::vector{valid_.scorer("a", 1), valid_.scorer("b", 1)};
  const auto before = learn_blend(results, valid_.slates, {.skip_slates = 300});
  for (size_t slate = 0; slate < 300; ++slate)
    std::fill(results[0].scores[slate].begin(), results[0].scores[slate].end(), 0);
  EXPECT_EQ(learn_blend(results, valid_.slates, {.skip_slates = 300}).weights, before.weights);
}

TEST_F(BlendTest, NeedsSlatesToLearnFrom) {
  try {
    learn_blend(std::vector{valid_.scorer("a", 1)}, valid_.slates, {.skip_slates = 598});
    FAIL() << "two slates were enough";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    EXPECT_NE(std::string(error.what()).find("found 600 of which 598 are skipped"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace r2rank::experiment
