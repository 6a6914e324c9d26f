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

/// Scores that are a weighted sum of the positive's mark and of others' scores.
metrics::PerUserResults mixed(const std::string& name, const Components& world,
                              const std::vector<std::pair<double, metrics::PerUserResults>>& parts) {
  auto results = results_without_rows(name, world.slates);
  for (size_t slate = 0; slate < world.slates.slates.size(); ++slate) {
    std::vector<double> scores(world.slates.slates[slate].candidates.size(), 0.0);
    for (const auto& [weight, part] : parts)
      for (size_t k = 0; k < scores.size(); ++k) scores[k] += weight * part.scores[slate][k];
    append_slate(results, world.slates.slates[slate], world.dataset, std::move(scores));
  }
  return results;
}

/// Derivative of the mean loss by each scorer's weight at `weights`, from its definition.
std::vector<double> slopes(const std::vector<metrics::PerUserResults>& results, const Components& world,
                           const std::vector<double>& weights, double ridge) {
  const auto scores = component_scores(results, world.slates);
  std::vector<double> gradient(results.size());
  for (size_t s = 0; s < gradient.size(); ++s) gradient[s] = ridge * weights[s];
  for (size_t slate = 0; slate < scores.slates(); ++slate) {
    std::vector<double> odds;
    double total = 0;
    for (size_t k = 0; k < scores.size(slate); ++k) {
      double sum = 0;
      for (size_t s = 0; s < weights.size(); ++s) sum += weights[s] * scores.row(scores.first[slate] + k)[s];
      total += odds.emplace_back(std::exp(sum));
    }
    for (size_t k = 0; k < odds.size(); ++k)
      for (size_t s = 0; s < weights.size(); ++s)
        gradient[s] += (odds[k] / total - (world.slates.slates[slate].relevance[k] > 0 ? 1 : 0)) *
                       scores.row(scores.first[slate] + k)[s] / static_cast<double>(scores.slates());
  }
  return gradient;
}

TEST_F(BlendTest, LeavesNoScorerOutThatWouldHelp) {
  // Scorers that are made of each other: without limits some weights would be negative, and which of them
  // stay out is not told by which are lowest.
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    const Components world(150, seed);
    const auto a = world.scorer("a", 1), b = world.scorer("b", 1), c = world.scorer("c", 0);
    const std::vector results = {mixed("p", world, {{1, a}, {0.8, c}}), mixed("q", world, {{1, b}, {0.9, c}}),
                                 mixed("r", world, {{0.3, a}, {0.3, b}, {1, c}}), mixed("s", world, {{1, c}}),
                                 mixed("t", world, {{0.2, a}, {-1, c}})};
    constexpr double kRidge = 1e-3;
    const auto blend = learn_blend(results, world.slates, {.ridge = kRidge});
    // The scale that the shares lost: where the loss is lowest along them.
    double low = 0, high = 50;
    for (int halving = 0; halving < 80; ++halving) {
      const double scale = (low + high) / 2;
      auto weights = blend.weights;
      for (double& weight : weights) weight *= scale;
      const auto gradient = slopes(results, world, weights, kRidge);
      double along = 0;
      for (size_t s = 0; s < weights.size(); ++s) along += gradient[s] * blend.weights[s];
      (along < 0 ? low : high) = scale;
    }
    auto weights = blend.weights;
    for (double& weight : weights) weight *= low;
    const auto gradient = slopes(results, world, weights, kRidge);
    for (size_t s = 0; s < weights.size(); ++s) {
      EXPECT_GT(gradient[s], -1e-5) << "seed " << seed << ", scorer " << s << " would help";
      if (weights[s] > 0) {
        EXPECT_NEAR(gradient[s], 0, 1e-5) << "seed " << seed << ", scorer " << s;
      }
    }
  }
}

TEST_F(BlendTest, LearnsNothingFromSlatesThatGiveTheirTargetAway) {
  // A retriever that puts every target it missed last: "last" must not come to mean "relevant".
  auto slates = valid_.slates;
  auto retriever = valid_.scorer("retriever", 1);
  for (size_t slate = 0; slate < slates.slates.size(); slate += 2) {
    auto& hard = slates.slates[slate];
    const auto target =
        std::max_element(hard.relevance.begin(), hard.relevance.end()) - hard.relevance.begin();
    hard.missed = {hard.candidates[target]};
    retriever.scores[slate][target] = -100;
  }
  const auto blend = learn_blend(std::vector{retriever, valid_.scorer("other", 1)}, slates, {});
  EXPECT_GT(blend.weights[0], 0.3) << "half of the slates are honest about it";
}

TEST_F(BlendTest, CountsUsersAlikeWhateverTheNumberOfTheirSlates) {
  // One user has half of the slates, and a scorer of their own.
  auto many = valid_.scorer("many", 2), heavy = valid_.scorer("heavy", 2);
  const auto noise = valid_.scorer("noise", 0), other_noise = valid_.scorer("other noise", 0);
  for (size_t slate = 0; slate < 600; ++slate) {
    if (slate < 300) {
      heavy.scores[slate] = noise.scores[slate];
    } else {
      many.scores[slate] = other_noise.scores[slate];
      many.user_ids[slate] = heavy.user_ids[slate] = "heavy";
    }
  }
  const std::vector results = {many, heavy};
  const auto blend = learn_blend(results, valid_.slates, {});
  EXPECT_GT(blend.weights[0], 0.85) << "by slates it would be .5";
  auto blended = apply_blend(blend, results, valid_.slates, valid_.dataset, "blend");
  blended.user_ids = many.user_ids;
  const auto means = user_means(blended, "ndcg@10");
  EXPECT_EQ(means.size(), 301U);
  EXPECT_NEAR(blend.ndcg, std::accumulate(means.begin(), means.end(), 0.0) / 301, 1e-12);
  EXPECT_NEAR(blend.cross_fitted_ndcg, blend.ndcg, 0.05);
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
