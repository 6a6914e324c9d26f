#include "metrics/ranking_metrics.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "metrics/golden_evaluation.h"

namespace r2rank::metrics {
namespace {

using Scores = std::vector<double>;
using Labels = std::vector<float>;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// ---- brute force: the plain metric of a strict order, averaged over every order the scores allow ----

double plain_ndcg(const std::vector<int>& order, const Labels& labels, int k) {
  Labels best = labels;
  std::sort(best.rbegin(), best.rend());
  double dcg = 0, ideal = 0;
  for (int i = 0; i < std::min<int>(k, static_cast<int>(order.size())); ++i) {
    dcg += (std::pow(2.0, labels[order[i]]) - 1) / std::log2(i + 2.0);
    ideal += (std::pow(2.0, best[i]) - 1) / std::log2(i + 2.0);
  }
  return dcg / ideal;
}

int first_relevant_rank(const std::vector<int>& order, const Labels& labels) {
  int rank = 1;
  for (const int item : order) {
    if (labels[item] > 0) return rank;
    ++rank;
  }
  return rank;
}

double plain_hits(const std::vector<int>& order, const Labels& labels, int k) {
  const auto end = order.begin() + std::min<int>(k, static_cast<int>(order.size()));
  return static_cast<double>(std::count_if(order.begin(), end, [&](int item) { return labels[item] > 0; }));
}

double plain_average_precision(const std::vector<int>& order, const Labels& labels, int k) {
  double total = 0;
  for (int place = 1; place <= std::min<int>(k, static_cast<int>(order.size())); ++place)
    if (labels[order[place - 1]] > 0) total += plain_hits(order, labels, place) / place;
  return total / std::min<double>(k, plain_hits(order, labels, static_cast<int>(order.size())));
}

double plain_auc(const std::vector<int>& order, const Labels& labels) {
  double won = 0, pairs = 0;
  for (size_t i = 0; i < order.size(); ++i)
    for (size_t j = i + 1; j < order.size(); ++j) {
      const bool first = labels[order[i]] > 0, second = labels[order[j]] > 0;
      pairs += first != second;
      won += first && !second;
    }
  return pairs > 0 ? won / pairs : 0.5;
}

bool allowed(const std::vector<int>& order, const Scores& scores) {
  for (size_t i = 0; i + 1 < order.size(); ++i) {
    const double ahead = scores[order[i]], behind = scores[order[i + 1]];
    if (std::isnan(ahead) ? !std::isnan(behind) : behind > ahead) return false;
  }
  return true;
}

template <class Metric>
double average_over_orders(const Scores& scores, const Metric& metric) {
  std::vector<int> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  double total = 0;
  int count = 0;
  do {
    if (!allowed(order, scores)) continue;
    total += metric(order);
    ++count;
  } while (std::next_permutation(order.begin(), order.end()));
  return total / count;
}

void expect_equal_to_brute_force(const Scores& scores, const Labels& labels) {
  for (int k = 1; k <= static_cast<int>(scores.size()) + 2; ++k) {
    EXPECT_NEAR(ndcg(scores, labels, k),
                average_over_orders(scores, [&](const auto& order) { return plain_ndcg(order, labels, k); }),
                1e-12);
    EXPECT_NEAR(hit_rate(scores, labels, k),
                average_over_orders(
                    scores, [&](const auto& o) { return first_relevant_rank(o, labels) <= k ? 1.0 : 0.0; }),
                1e-12);
    EXPECT_NEAR(precision(scores, labels, k),
                average_over_orders(scores, [&](const auto& o) { return plain_hits(o, labels, k) / k; }),
                1e-12);
    EXPECT_NEAR(
        average_precision(scores, labels, k),
        average_over_orders(scores, [&](const auto& o) { return plain_average_precision(o, labels, k); }),
        1e-12);
    EXPECT_NEAR(reciprocal_rank(scores, labels, k),
                average_over_orders(scores,
                                    [&](const auto& o) {
                                      const int rank = first_relevant_rank(o, labels);
                                      return rank <= k ? 1.0 / rank : 0.0;
                                    }),
                1e-12);
  }
  EXPECT_NEAR(
      reciprocal_rank(scores, labels),
      average_over_orders(scores, [&](const auto& o) { return 1.0 / first_relevant_rank(o, labels); }),
      1e-12);
  EXPECT_NEAR(auc(scores, labels),
              average_over_orders(scores, [&](const auto& o) { return plain_auc(o, labels); }), 1e-12);
}

TEST(RankingMetrics, WithoutTiesAreTheTextbookValues) {
  const Scores scores = {0.1, 0.9, 0.5, 0.3};
  const Labels labels = {0, 0, 1, 0};  // the relevant item is second
  EXPECT_DOUBLE_EQ(ndcg(scores, labels, 10), 1 / std::log2(3.0));
  EXPECT_EQ(ndcg(scores, labels, 1), 0);
  EXPECT_EQ(hit_rate(scores, labels, 1), 0);
  EXPECT_EQ(hit_rate(scores, labels, 2), 1);
  EXPECT_DOUBLE_EQ(reciprocal_rank(scores, labels), 0.5);
  EXPECT_DOUBLE_EQ(auc(scores, labels), 2.0 / 3);
  EXPECT_EQ(reciprocal_rank(scores, labels, 1), 0);
  EXPECT_EQ(recall(scores, labels, 2), 1);
  EXPECT_DOUBLE_EQ(precision(scores, labels, 10), 0.1);  // four candidates leave six places empty
  EXPECT_DOUBLE_EQ(average_precision(scores, labels, 10), 0.5);
}

TEST(RankingMetrics, OfOneRelevantItemAreMadeOfTwo) {
  const Scores scores = {2, 1, 1, 1, 0, 0};
  const Labels labels = {0, 0, 1, 0, 0, 0};
  for (int k = 1; k <= 8; ++k) {
    EXPECT_NEAR(recall(scores, labels, k), hit_rate(scores, labels, k), 1e-15);
    EXPECT_NEAR(precision(scores, labels, k), hit_rate(scores, labels, k) / k, 1e-15);
    EXPECT_NEAR(average_precision(scores, labels, k), reciprocal_rank(scores, labels, k), 1e-15);
  }
}

TEST(RankingMetrics, OfAConstantScorerAreThoseOfARandomOne) {
  const Scores scores(20, 3.5);
  Labels labels(20, 0);
  labels[0] = 1;  // first in the incoming order: a stable sort would call this a perfect ranking
  EXPECT_NEAR(ndcg(scores, labels, 5), 0.147, 5e-4);
  EXPECT_NEAR(ndcg(scores, labels, 10), 0.227, 5e-4);
  EXPECT_NEAR(ndcg(scores, labels, 20), 0.352, 5e-4);
  EXPECT_NEAR(hit_rate(scores, labels, 5), 0.25, 1e-15);
  EXPECT_NEAR(auc(scores, labels), 0.5, 1e-15);
}

TEST(RankingMetrics, EqualTheAverageOverEveryOrderOfTheTies) {
  expect_equal_to_brute_force({1, 1, 1, 1, 1, 1}, {0, 1, 0, 2, 0, 3});
  expect_equal_to_brute_force({2, 1, 1, 1, 0, 0}, {0, 0, 1, 0, 2, 1});
  expect_equal_to_brute_force({2, 2, 1, 1, 1, 0}, {0, 0, 1, 1, 3, 0});
  expect_equal_to_brute_force({0, 0, 0, 1, 1, 5}, {1, 1, 1, 0, 0, 0});
  expect_equal_to_brute_force({7, 7, 7, 7}, {1, 1, 1, 1});
  expect_equal_to_brute_force({4}, {2});
}

TEST(RankingMetrics, EqualTheAverageForEveryTiePatternOfFiveItems) {
  const Labels labels = {1, 0, 2, 0, 0};
  for (int pattern = 0; pattern < 243; ++pattern) {
    Scores scores;
    for (int i = 0, rest = pattern; i < 5; ++i, rest /= 3) scores.push_back(rest % 3);
    expect_equal_to_brute_force(scores, labels);
  }
}

TEST(RankingMetrics, RankNanBelowEverythingAsOneTiedBlock) {
  expect_equal_to_brute_force({kNan, 1, kNan, -kInfinity, kNan}, {1, 0, 0, 0, 2});
  EXPECT_EQ(hit_rate(Scores{kNan, -kInfinity}, Labels{1, 0}, 1), 0);
  EXPECT_EQ(hit_rate(Scores{kNan, kNan}, Labels{1, 0}, 1), 0.5);
}

TEST(RankingMetrics, AreIndependentOfTheCandidatesOrder) {
  const Scores scores = {3, 1, 1, 1, 0, kNan}, reversed(scores.rbegin(), scores.rend());
  const Labels labels = {0, 1, 0, 0, 2, 1}, reversed_labels(labels.rbegin(), labels.rend());
  EXPECT_EQ(all_metrics(scores, labels), all_metrics(reversed, reversed_labels));
}

TEST(RankingMetrics, OfATableAgreeWithTheSingleFunctions) {
  const Scores scores = {3, 1, 1, 1, 0, 2};
  const Labels labels = {0, 1, 0, 0, 2, 1};
  const auto values = all_metrics(scores, labels);
  ASSERT_EQ(values.size(), metric_names().size());
  for (const auto& name : metric_names()) EXPECT_TRUE(values.contains(name)) << name;
  EXPECT_EQ(values.at("ndcg@5"), ndcg(scores, labels, 5));
  EXPECT_EQ(values.at("hr@1"), hit_rate(scores, labels, 1));
  EXPECT_EQ(values.at("mrr"), reciprocal_rank(scores, labels));
  EXPECT_EQ(values.at("auc"), auc(scores, labels));
  EXPECT_EQ(full_name("ndcg@10", "loo-uni19-seed7"), "ndcg@10[loo-uni19-seed7]");
}

TEST(RankingMetrics, CallAnAllRelevantSlateHalfAnAuc) {
  EXPECT_EQ(auc(Scores{1, 2}, Labels{1, 1}), 0.5);
}

TEST(RankingMetrics, MatchScikitLearnAndEnumeratedTies) {
  std::ifstream file(R2RANK_SOURCE_DIR "/tests/golden/metrics.json");
  const auto golden = nlohmann::json::parse(file);
  ASSERT_GE(golden.at("cases").size(), 300u);
  for (const auto& test_case : golden.at("cases")) {
    Scores scores;
    for (const auto& score : test_case.at("scores"))
      scores.push_back(score.is_null() ? kNan : score.get<double>());
    const auto labels = test_case.at("labels").get<Labels>();
    const int k = test_case.at("k");
    EXPECT_NEAR(ndcg(scores, labels, k), test_case.at("ndcg").get<double>(), 1e-12);
    EXPECT_NEAR(hit_rate(scores, labels, k), test_case.at("hr").get<double>(), 1e-12);
    EXPECT_NEAR(reciprocal_rank(scores, labels), test_case.at("mrr").get<double>(), 1e-12);
    EXPECT_NEAR(auc(scores, labels), test_case.at("auc").get<double>(), 1e-12);
    EXPECT_NEAR(recall(scores, labels, k), test_case.at("recall").get<double>(), 1e-12);
    EXPECT_NEAR(precision(scores, labels, k), test_case.at("precision").get<double>(), 1e-12);
    EXPECT_NEAR(average_precision(scores, labels, k), test_case.at("map").get<double>(), 1e-12);
    EXPECT_NEAR(reciprocal_rank(scores, labels, k), test_case.at("mrr_at_k").get<double>(), 1e-12);
  }
}

/// Where scores are tied, the golden values are RecBole's averaged over every order of the candidates: it
/// breaks ties by their place.
TEST(RankingMetrics, MatchRecBoleOrItsMeanOverTheOrdersOfTies) {
  const auto golden = testing::golden_evaluation();
  ASSERT_GE(golden.at("ranking").size(), 80u);
  for (const auto& test_case : golden.at("ranking")) {
    const auto scores = test_case.at("scores").get<Scores>();
    const auto labels = test_case.at("labels").get<Labels>();
    EXPECT_NEAR(auc(scores, labels), test_case.at("auc").get<double>(), 1e-12);
    for (const char* name : {"hr", "mrr", "precision", "recall", "ndcg", "map"}) {
      const auto expected = test_case.at(name).get<std::vector<double>>();
      for (size_t k = 1; k <= expected.size(); ++k)
        EXPECT_NEAR(metric_value(fmt::format("{}@{}", name, k), scores, labels), expected[k - 1], 1e-12)
            << name << "@" << k << test_case.at("scores");
    }
  }
}

TEST(RankingMetrics, GoByTheirNames) {
  const Scores scores = {3, 1, 1, 1, 0, 2};
  const Labels labels = {0, 1, 0, 0, 2, 1};
  for (const auto& [name, value] : all_metrics(scores, labels)) {
    EXPECT_TRUE(is_metric(name)) << name;
    EXPECT_EQ(metric_value(name, scores, labels), value) << name;
  }
  EXPECT_EQ(metric_value("recall@3", scores, labels), recall(scores, labels, 3));
  for (const char* name : {"", "@", "ndcg", "ndcg@", "ndcg@0", "ndcg@05", "ndcg@-1", "ndcg@1.5",
                           "ndcg@9999999", "ndcg@5@5", "auc@5", "ndgc@5", "NDCG@5", "hr", "map", "mrr@"})
    EXPECT_FALSE(is_metric(name)) << name;
}

TEST(RankingMetricsDeathTest, RefuseWhatOurOwnCodeMustNeverPass) {
  EXPECT_DEATH(ndcg(Scores{1, 2}, Labels{0, 0}, 5), "invariant");
  EXPECT_DEATH(ndcg(Scores{1}, Labels{1, 0}, 5), "invariant");
  EXPECT_DEATH(ndcg(Scores{1, 2}, Labels{1, 0}, 0), "invariant");
  EXPECT_DEATH(auc(Scores{1, 2}, Labels{1, std::nanf("")}), "invariant");
}

}  // namespace
}  // namespace r2rank::metrics
