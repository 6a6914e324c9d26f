#include "ranking/list_losses.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "ranking/enumeration_for_tests.h"

namespace r2rank::ranking {
namespace {

using Scores = std::vector<double>;
using Labels = std::vector<float>;
using Loss = std::function<double(const Scores&, const Labels&, std::span<double>)>;

const std::map<std::string, Loss>& losses() {
  static const std::map<std::string, Loss> all = {
      {"softmax_cross_entropy",
       [](const auto& s, const auto& y, auto g) { return softmax_cross_entropy(s, y, 0.7, g); }},
      {"lambda_loss", [](const auto& s, const auto& y, auto g) { return lambda_loss(s, y, 3, g); }},
      {"pairwise_logistic", [](const auto& s, const auto& y, auto g) { return pairwise_logistic(s, y, g); }},
      {"pointwise_logistic",
       [](const auto& s, const auto& y, auto g) { return pointwise_logistic(s, y, g); }}};
  return all;
}

TEST(ListLosses, HaveTheGradientsOfFiniteDifferences) {
  const Scores scores = {0.3, -1.0, 0.9, 2.0, -0.2, 0.5};
  const Labels labels = {0, 2, 0, 1, 0, 1};
  for (const auto& [name, loss] : losses()) {
    Scores gradient(6, 99), unused(6);
    loss(scores, labels, gradient);
    const auto slopes =
        finite_differences(scores, 1e-5, [&](const auto& s) { return loss(s, labels, unused); });
    for (size_t j = 0; j < 6; ++j) EXPECT_NEAR(gradient[j], slopes[j], 1e-8) << name;
  }
}

TEST(ListLosses, StayFiniteAtScoresOfAThousand) {
  const Scores scores = {1e3, -1e3, 1e3, 0};
  for (const auto& [name, loss] : losses()) {
    Scores gradient(4);
    EXPECT_TRUE(std::isfinite(loss(scores, {0, 1, 1, 0}, gradient))) << name;
    for (const double slope : gradient) EXPECT_TRUE(std::isfinite(slope)) << name;
  }
}

TEST(ListLosses, PushTheRelevantItemUp) {
  for (const auto& [name, loss] : losses()) {
    Scores gradient(4);
    loss({0.5, 0, 0.2, 1}, {0, 1, 0, 0}, gradient);
    EXPECT_LT(gradient[1], 0) << name;
    EXPECT_GT(gradient[3], 0) << name;
  }
}

TEST(ListLosses, AgreeForASingleItem) {
  Scores gradient(1);
  EXPECT_EQ(softmax_cross_entropy(Scores{3}, Labels{1}, 1, gradient), 0);
  EXPECT_EQ(lambda_loss(Scores{3}, Labels{1}, 5, gradient), 0);
  EXPECT_EQ(pairwise_logistic(Scores{3}, Labels{1}, gradient), 0);
  EXPECT_EQ(gradient[0], 0);
}

TEST(LambdaLoss, ReachesAnItemBeyondTheCutOff) {
  // The relevant item is last of six and k = 2: the pairs with the two items in front must still pull it up.
  Scores gradient(6);
  lambda_loss(Scores{6, 5, 4, 3, 2, 1}, Labels{0, 0, 0, 0, 0, 1}, 2, gradient);
  EXPECT_LT(gradient[5], -0.1);
  EXPECT_EQ(gradient[3], 0) << "a pair wholly beyond the cut-off does not count";
}

TEST(LambdaLoss, GivesTheIncomingOrderNoAdvantageAmongTies) {
  Scores first(4), last(4);
  const double loss = lambda_loss(Scores(4, 0.0), Labels{1, 0, 0, 0}, 4, first);
  EXPECT_EQ(loss, lambda_loss(Scores(4, 0.0), Labels{0, 0, 0, 1}, 4, last));
  EXPECT_EQ(first[0], last[3]);
}

TEST(ListLosses, MatchTheIndependentImplementation) {
  std::ifstream file(R2RANK_SOURCE_DIR "/tests/golden/ranking.json");
  const auto golden = nlohmann::json::parse(file);
  ASSERT_GE(golden.at("list_losses").size(), 40u);
  for (const auto& test_case : golden.at("list_losses")) {
    const auto scores = test_case.at("scores").get<Scores>();
    const auto labels = test_case.at("labels").get<Labels>();
    Scores gradient(scores.size());
    const auto expect = [&](const std::string& name, double value) {
      EXPECT_NEAR(value, test_case.at(name).at("value").get<double>(), 1e-10) << name;
      const auto slopes = test_case.at(name).at("gradient").get<Scores>();
      for (size_t j = 0; j < slopes.size(); ++j) EXPECT_NEAR(gradient[j], slopes[j], 1e-10) << name;
    };
    expect("softmax_cross_entropy", softmax_cross_entropy(scores, labels, test_case.at("tau"), gradient));
    expect("lambda_loss", lambda_loss(scores, labels, test_case.at("k"), gradient));
    expect("pairwise_logistic", pairwise_logistic(scores, labels, gradient));
    expect("pointwise_logistic", pointwise_logistic(scores, labels, gradient));
  }
}

TEST(ListLossesDeathTest, RefuseASlateWithoutARelevantItem) {
  Scores gradient(2);
  for (const auto& [name, loss] : losses()) EXPECT_DEATH(loss({1, 2}, {0, 0}, gradient), "invariant") << name;
}

}  // namespace
}  // namespace r2rank::ranking
