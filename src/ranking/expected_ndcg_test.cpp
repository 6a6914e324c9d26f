#include "ranking/expected_ndcg.h"

#include <gtest/gtest.h>

#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/random.h"
#include "metrics/ranking_metrics.h"
#include "ranking/enumeration_for_tests.h"

namespace r2rank::ranking {
namespace {

using Scores = std::vector<double>;
using Labels = std::vector<float>;

double enumerated(const Scores& scores, const Labels& labels, int k, double tau) {
  double total = 0;
  for_each_ranking(scores, tau, [&](const auto& permutation, double p) {
    total += p * ranking_ndcg(permutation, labels, k);
  });
  return total;
}

Scores check_scores() {
  Scores scores;
  for (int j = 0; j < 20; ++j) scores.push_back((7 * j % 20) / 10.0 - 1);
  return scores;
}

Labels one_relevant(size_t items, size_t relevant) {
  Labels labels(items, 0);
  labels[relevant] = 1;
  return labels;
}

Scores random_scores(size_t items, double spread, uint64_t key) {
  base::RandomStream random(11, base::Purpose::kInit, items, key);
  Scores scores(items);
  for (auto& score : scores) score = spread * (2 * random.uniform() - 1);
  return scores;
}

TEST(ExpectedNdcg, HasTheCheckValuesOfTheMethod) {
  EXPECT_NEAR(expected_ndcg(check_scores(), one_relevant(20, 13), 10, 1), 0.239810, 5e-7);
  EXPECT_NEAR(expected_ndcg(check_scores(), one_relevant(20, 0), 10, 1), 0.094125, 5e-7);
}

TEST(ExpectedNdcg, EqualsEnumerationOfAllRankings) {
  const std::vector<Labels> labels = {
      {1}, {0, 1}, {1, 0, 2}, {0, 1, 0, 1}, {3, 0, 0, 1, 2}, {0, 0, 1, 0, 0, 0}, {0, 2, 0, 0, 1, 0, 1}};
  for (const auto& label : labels)
    for (const double spread : {0.0, 0.5, 3.0, 15.0})
      for (const double tau : {0.3, 1.0, 4.0})
        for (const int k : {1, 2, 3, 5, 7, 20}) {
          const auto scores = random_scores(label.size(), spread, k);
          EXPECT_NEAR(expected_ndcg(scores, label, k, tau), enumerated(scores, label, k, tau), 1e-12)
              << label.size() << " items, spread " << spread << ", tau " << tau << ", k " << k;
        }
}

TEST(ExpectedNdcg, HasTheGradientOfTheEnumeration) {
  const Labels labels = {0, 2, 0, 0, 1, 0};
  for (const double spread : {0.0, 1.0, 4.0})
    for (const int k : {1, 3, 6, 10}) {
      const auto scores = random_scores(labels.size(), spread, 50 + k);
      Scores gradient(scores.size());
      const double value = expected_ndcg(scores, labels, k, 0.7, gradient);
      EXPECT_EQ(value, expected_ndcg(scores, labels, k, 0.7));
      const auto slopes =
          finite_differences(scores, 1e-5, [&](const auto& s) { return enumerated(s, labels, k, 0.7); });
      for (size_t j = 0; j < slopes.size(); ++j) EXPECT_NEAR(gradient[j], slopes[j], 1e-9);
    }
}

TEST(ExpectedNdcg, HasAGradientThatMatchesFiniteDifferencesAtFullSize) {
  for (const size_t items : {20u, 33u, 100u}) {
    auto labels = one_relevant(items, 7);
    labels[3] = 2;
    const auto scores = random_scores(items, 3, 1);
    Scores gradient(items);
    expected_ndcg(scores, labels, 10, 1, gradient);
    const auto slopes =
        finite_differences(scores, 1e-4, [&](const auto& s) { return expected_ndcg(s, labels, 10, 1); });
    for (size_t j = 0; j < items; ++j) EXPECT_NEAR(gradient[j], slopes[j], 2e-9);
    EXPECT_NEAR(std::accumulate(gradient.begin(), gradient.end(), 0.0), 0, 1e-14)
        << "a common shift changes nothing";
  }
}

TEST(ExpectedNdcg, OfEqualScoresIsTheMetricsExpectationOverTies) {
  const Scores scores(20, -2.5);
  Labels labels = one_relevant(20, 4);
  labels[9] = 3;
  for (const int k : {1, 5, 10, 20, 50})
    EXPECT_NEAR(expected_ndcg(scores, labels, k, 1), metrics::ndcg(scores, labels, k), 1e-12);
}

TEST(ExpectedNdcg, ApproachesTheMetricAsTheTemperatureFalls) {
  const auto scores = check_scores();
  for (const size_t relevant : {0u, 3u, 13u})
    EXPECT_NEAR(expected_ndcg(scores, one_relevant(20, relevant), 10, 1e-3),
                metrics::ndcg(scores, one_relevant(20, relevant), 10), 1e-12);
}

TEST(ExpectedNdcg, OfOneItemIsOneWithoutGradient) {
  Scores gradient(1, 99);
  EXPECT_NEAR(expected_ndcg(Scores{-7}, Labels{1}, 10, 1, gradient), 1, 1e-15);
  EXPECT_EQ(gradient[0], 0);
}

TEST(ExpectedNdcg, StaysFiniteAtScoresOfAThousand) {
  const Scores scores = {1e3, -1e3, 1e3, 0, -1e3, 1e3};
  for (size_t relevant = 0; relevant < scores.size(); ++relevant)
    for (const double tau : {1e-3, 1.0, 100.0}) {
      Scores gradient(scores.size());
      const double value = expected_ndcg(scores, one_relevant(scores.size(), relevant), 3, tau, gradient);
      EXPECT_TRUE(value >= 0 && value <= 1 + 1e-12);
      for (const double slope : gradient) EXPECT_TRUE(std::isfinite(slope));
      if (tau > 1) continue;
      EXPECT_NEAR(value, metrics::ndcg(scores, one_relevant(scores.size(), relevant), 3), 1e-12);
    }
}

TEST(ExpectedNdcg, MatchesTheIndependentImplementation) {
  std::ifstream file(R2RANK_SOURCE_DIR "/tests/golden/ranking.json");
  const auto golden = nlohmann::json::parse(file);
  ASSERT_GE(golden.at("expected_ndcg").size(), 100u);
  double worst = 0, worst_slope = 0;
  for (const auto& test_case : golden.at("expected_ndcg")) {
    const auto scores = test_case.at("scores").get<Scores>();
    const auto labels = test_case.at("labels").get<Labels>();
    const auto slopes = test_case.at("gradient").get<Scores>();
    Scores gradient(scores.size());
    const double value = expected_ndcg(scores, labels, test_case.at("k"), test_case.at("tau"), gradient);
    worst = std::max(worst, std::abs(value - test_case.at("value").get<double>()));
    for (size_t j = 0; j < scores.size(); ++j)
      worst_slope = std::max(worst_slope, std::abs(gradient[j] - slopes[j]));
  }
  std::printf("worst error: value %.1e, gradient %.1e\n", worst, worst_slope);
  EXPECT_LT(worst, 1e-11);
  EXPECT_LT(worst_slope, 1e-10);
}

TEST(ExpectedNdcg, HoldsItsPrecisionOnLongSlates) {
  std::ifstream file(R2RANK_SOURCE_DIR "/tests/golden/ranking.json");
  const auto golden = nlohmann::json::parse(file);
  ASSERT_GE(golden.at("long_slates").size(), 100u);
  double worst = 0;
  for (const auto& test_case : golden.at("long_slates")) {
    const auto scores = test_case.at("scores").get<Scores>();
    const auto labels = one_relevant(scores.size(), test_case.at("relevant"));
    const double value = expected_ndcg(scores, labels, test_case.at("k"), test_case.at("tau"));
    worst = std::max(worst, std::abs(value - test_case.at("value").get<double>()));
  }
  std::printf("worst error: %.1e\n", worst);
  EXPECT_LT(worst, 1e-11);
}

TEST(ExpectedNdcg, OfTwentyItemsTakesMicroseconds) {
  const auto scores = random_scores(20, 3, 1);
  const auto labels = one_relevant(20, 5);
  Scores gradient(20);
  constexpr int kRuns = 2000;
  const std::clock_t start = std::clock();  // processor time: other programs may be running
  for (int i = 0; i < kRuns; ++i) expected_ndcg(scores, labels, 10, 1, gradient);
  const double micros = 1e6 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / kRuns;
  std::printf("value and gradient, K = 20, k = 10: %.1f us\n", micros);
  EXPECT_LT(micros, 5000);  // generous: sanitizer builds and busy machines run this too
}

TEST(RankingNdcg, IsTheMetricOfTheGivenOrder) {
  const Labels labels = {0, 1, 2};
  EXPECT_DOUBLE_EQ(ranking_ndcg(std::vector<int>{2, 1, 0}, labels, 3), 1);
  EXPECT_DOUBLE_EQ(ranking_ndcg(std::vector<int>{0, 1, 2}, labels, 1), 0);
  EXPECT_DOUBLE_EQ(ranking_ndcg(std::vector<int>{0, 1, 2}, labels, 3),
                   metrics::ndcg(Scores{3, 2, 1}, labels, 3));
}

TEST(ExpectedNdcgDeathTest, RefusesWhatOurOwnCodeMustNeverPass) {
  EXPECT_DEATH(expected_ndcg(Scores{1, 2}, Labels{0, 0}, 5, 1), "invariant");
  EXPECT_DEATH(expected_ndcg(Scores{1, 2}, Labels{1, 0}, 5, 0), "invariant");
  EXPECT_DEATH(expected_ndcg(Scores{1, 2}, Labels{1}, 5, 1), "invariant");
}

}  // namespace
}  // namespace r2rank::ranking
