#include "experiment/conditional_logit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/random.h"

namespace r2rank::experiment {
namespace {

/// Slates of one relevant candidate among `size`; each scorer sees the label through noise: strength * label
/// + normal. By Bayes the relevant one then has probability softmax(sum of strength * score).
struct Noisy {
  Noisy(const std::vector<double>& strengths, size_t count, size_t size) {
    base::RandomStream random(3, base::Purpose::kInit);
    for (const double strength : strengths) scores.names.push_back(std::to_string(strength));
    scores.first = {0};
    for (size_t s = 0; s < count; ++s) {
      data::Slate slate;
      for (size_t k = 0; k < size; ++k) {
        slate.relevance.push_back(k == 0 ? 1.0F : 0.0F);
        for (const double strength : strengths)
          scores.z.push_back(strength * slate.relevance[k] + random.normal());
      }
      set.slates.push_back(slate);
      scores.first.push_back(scores.first.back() + size);
      scores.user_of.push_back(std::to_string(s));
      all.push_back(s);
    }
  }
  ConditionalLogit logit(double ridge = 1e-6) const { return {scores, set, all, ridge}; }

  ComponentScores scores;
  data::SlateSet set;
  std::vector<size_t> all;
};

TEST(ConditionalLogit, FindsTheWeightsThatMadeTheLabels) {
  const Noisy noisy({0.5, 1.5, 0}, 4000, 8);
  const auto weights = noisy.logit().weights();
  EXPECT_NEAR(weights[0], 0.5, 0.08);
  EXPECT_NEAR(weights[1], 1.5, 0.08);
  EXPECT_NEAR(weights[2], 0, 0.08);
}

TEST(ConditionalLogit, IsAMaximumOfTheLikelihoodInEachDirection) {
  const Noisy noisy({0.7, 1.2}, 300, 4);
  const auto loss = [&](const std::vector<double>& weights) {
    double sum = 0;
    for (size_t s = 0; s < noisy.all.size(); ++s) {
      std::vector<double> value(4);
      for (size_t k = 0; k < 4; ++k)
        value[k] = weights[0] * noisy.scores.row(4 * s + k)[0] + weights[1] * noisy.scores.row(4 * s + k)[1];
      double total = 0;
      for (const double v : value) total += std::exp(v - value[0]);
      sum += std::log(total);
    }
    return sum;
  };
  const auto best = noisy.logit().weights();
  for (const auto& [a, b] : {std::pair(0.02, 0.0), {-0.02, 0.0}, {0.0, 0.02}, {0.0, -0.02}})
    EXPECT_LT(loss(best), loss({best[0] + a, best[1] + b}));
}

TEST(ConditionalLogit, NeverWeighsAnyLessThanNothing) {
  const Noisy noisy({1, -1}, 500, 5);
  const auto weights = noisy.logit().weights();
  EXPECT_GT(weights[0], 0.8);
  EXPECT_EQ(weights[1], 0);
}

TEST(ConditionalLogit, SharesAreTheWeightsOverTheirSum) {
  const Noisy noisy({0.5, 1.5}, 500, 5);
  const auto weights = noisy.logit().weights(), shares = noisy.logit().shares();
  const double sum = weights[0] + weights[1];
  for (size_t s = 0; s < 2; ++s) EXPECT_NEAR(shares[s], weights[s] / sum, 1e-12);
  const auto least_harmful = Noisy({-2, -1}, 500, 5).logit().shares();
  EXPECT_EQ(least_harmful, (std::vector<double>{0, 1}));
}

}  // namespace
}  // namespace r2rank::experiment
