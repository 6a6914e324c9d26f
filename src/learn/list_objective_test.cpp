#include "learn/list_objective.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "ranking/expected_ndcg.h"
#include "ranking/list_losses.h"

namespace r2rank::learn {
namespace {

const std::vector<double> kScores = {0.3, -1.1, 0.9, 0.1, -0.4};
const std::vector<float> kRelevance = {0, 2, 0, 1, 0};

double slope(const Utility& utility, size_t item) {
  constexpr double kStep = 1e-5;
  std::vector<double> above = kScores, below = kScores;
  above[item] += kStep;
  below[item] -= kStep;
  return (utility(above, kRelevance) - utility(below, kRelevance)) / (2 * kStep);
}

TEST(ListObjective, GivesTheGradientThatFiniteDifferencesGive) {
  for (const auto& name : list_objective_names()) {
    const Utility utility{list_objective(name), 3, 0.7};
    std::vector<double> gradient(kScores.size(), 99.0);
    const double value = utility(kScores, kRelevance, gradient);
    EXPECT_DOUBLE_EQ(value, utility(kScores, kRelevance)) << name;
    for (size_t i = 0; i < kScores.size(); ++i)
      EXPECT_NEAR(gradient[i], slope(utility, i), 1e-7) << name << " " << i;
  }
}

TEST(ListObjective, IsNegativeTheLossWhereALossIsNamed) {
  std::vector<double> unused(kScores.size());
  const auto value = [](ListObjective objective) { return Utility{objective, 3, 0.7}(kScores, kRelevance); };
  EXPECT_DOUBLE_EQ(value(ListObjective::kCrossEntropy),
                   -ranking::softmax_cross_entropy(kScores, kRelevance, 0.7, unused));
  EXPECT_DOUBLE_EQ(value(ListObjective::kLambda), -ranking::lambda_loss(kScores, kRelevance, 3, unused));
  EXPECT_DOUBLE_EQ(value(ListObjective::kPairwise), -ranking::pairwise_logistic(kScores, kRelevance, unused));
  EXPECT_DOUBLE_EQ(value(ListObjective::kPointwise),
                   -ranking::pointwise_logistic(kScores, kRelevance, unused));
  EXPECT_DOUBLE_EQ(value(ListObjective::kNdcg), ranking::expected_ndcg(kScores, kRelevance, 3, 0.7));
}

TEST(ListObjective, GivesTheCrossEntropyOfAHandCalculation) {
  const Utility utility{ListObjective::kCrossEntropy, 10, 1.0};
  const std::vector<double> scores = {0, 0, 0, 0};
  const std::vector<float> relevance = {0, 0, 1, 0};
  EXPECT_NEAR(utility(scores, relevance), -std::log(4.0), 1e-12);
}

TEST(ListObjective, GrowsWhenTheRelevantItemRises) {
  for (const auto& name : list_objective_names()) {
    const Utility utility{list_objective(name), 3, 1.0};
    std::vector<double> raised = kScores;
    raised[1] += 1;
    EXPECT_GT(utility(raised, kRelevance), utility(kScores, kRelevance)) << name;
  }
}

TEST(ListObjective, CarriesScoresThatAreNotFiniteOnAsNaN) {
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL})
    for (const auto& name : list_objective_names()) {
      const Utility utility{list_objective(name), 3, 1.0};
      std::vector<double> scores = kScores, gradient(scores.size());
      scores[2] = bad;
      EXPECT_TRUE(std::isnan(utility(scores, kRelevance))) << name;
      EXPECT_TRUE(std::isnan(utility(scores, kRelevance, gradient))) << name;
      for (const double slope : gradient) EXPECT_TRUE(std::isnan(slope)) << name;
    }
}

TEST(ListObjective, RefusesAnUnknownNameAndListsTheKnownOnes) {
  try {
    list_objective("mrr");
    FAIL() << "nothing was refused";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    const std::string text = error.what();
    for (const auto& name : list_objective_names()) EXPECT_NE(text.find(name), std::string::npos) << text;
    EXPECT_NE(text.find("'mrr'"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace r2rank::learn
