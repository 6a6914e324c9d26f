#include "ranking/plackett_luce.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "ranking/enumeration_for_tests.h"

namespace r2rank::ranking {
namespace {

using Scores = std::vector<double>;
const Scores kScores = {0.5, -1.2, 2.0, 0.1, 0.5};

TEST(PlackettLuce, LogProbabilityEqualsTheProductOfSoftmaxTerms) {
  for (const double tau : {0.3, 1.0, 5.0}) {
    double total = 0;
    for_each_ranking(kScores, tau, [&](const auto& permutation, double p) {
      EXPECT_NEAR(std::exp(log_probability(kScores, permutation, 5, tau)), p, 1e-14);
      total += p;
    });
    EXPECT_NEAR(total, 1, 1e-13);
  }
}

TEST(PlackettLuce, TruncatedProbabilitiesSumToOneOverTheFirstPlaces) {
  for (int depth = 0; depth <= 5; ++depth) {
    std::map<std::vector<int>, double> prefixes;
    std::map<std::vector<int>, double> sums;
    for_each_ranking(kScores, 0.8, [&](const auto& permutation, double p) {
      const std::vector<int> prefix(permutation.begin(), permutation.begin() + depth);
      prefixes[prefix] = std::exp(log_probability(kScores, permutation, depth, 0.8));
      sums[prefix] += p;
    });
    double total = 0;
    for (const auto& [prefix, probability] : prefixes) {
      EXPECT_NEAR(probability, sums[prefix], 1e-14)
          << "a prefix's probability is the sum over its continuations";
      total += probability;
    }
    EXPECT_NEAR(total, 1, 1e-13);
  }
}

TEST(PlackettLuce, GradientMatchesFiniteDifferencesAndAdds) {
  const std::vector<int> permutation = {3, 0, 4, 2, 1};
  for (int depth = 0; depth <= 5; ++depth) {
    Scores gradient(5, 10);
    add_log_probability_gradient(kScores, permutation, depth, 0.6, -2, gradient);
    const auto slopes = finite_differences(
        kScores, 1e-5, [&](const auto& s) { return -2 * log_probability(s, permutation, depth, 0.6); });
    for (size_t j = 0; j < 5; ++j) EXPECT_NEAR(gradient[j], 10 + slopes[j], 1e-8);
  }
}

TEST(PlackettLuce, StaysFiniteAtScoresOfAThousand) {
  const Scores scores = {1e3, -1e3, 0, 1e3};
  const std::vector<int> worst = {1, 2, 3, 0};
  Scores gradient(4, 0);
  add_log_probability_gradient(scores, worst, 4, 1e-2, 1, gradient);
  EXPECT_NEAR(log_probability(scores, worst, 4, 1e-2), -(2e5 + 1e5) - 3 * std::log(2.0), 1e-6);
  for (const double slope : gradient) EXPECT_TRUE(std::isfinite(slope));
  EXPECT_NEAR(gradient[1], 100, 1e-9);
}

TEST(PlackettLuce, SamplesFollowTheExactProbabilities) {
  const Scores scores = {0.4, -0.6, 1.1, 0};
  base::RandomStream random(3, base::Purpose::kPermutation);
  constexpr int kSamples = 60000;
  std::map<std::vector<int>, int> counts;
  for (int i = 0; i < kSamples; ++i) ++counts[sample_permutation(scores, 0.9, random)];
  double chi_square = 0;
  for_each_ranking(scores, 0.9, [&](const auto& permutation, double p) {
    const double expected = p * kSamples;
    ASSERT_GT(expected, 5);
    chi_square += (counts[permutation] - expected) * (counts[permutation] - expected) / expected;
  });
  EXPECT_EQ(counts.size(), 24u);
  EXPECT_LT(chi_square, 49.73) << "the 0.1 % point of chi-square with 23 degrees of freedom";
}

TEST(PlackettLuce, SamplingAtALowTemperatureSorts) {
  base::RandomStream random(3, base::Purpose::kPermutation);
  EXPECT_EQ(sample_permutation(kScores, 1e-6, random)[0], 2);
  EXPECT_TRUE(sample_permutation({}, 1, random).empty());
}

TEST(FirstPlaceEntropy, IsBetweenZeroAndLogK) {
  EXPECT_NEAR(first_place_entropy(Scores(7, 3.0), 1), std::log(7.0), 1e-14);
  EXPECT_NEAR(first_place_entropy(Scores{1e3, 0, -1e3}, 1), 0, 1e-14);
}

TEST(FirstPlaceEntropy, HasTheGradientOfFiniteDifferences) {
  Scores gradient(5, 1);
  add_first_place_entropy_gradient(kScores, 0.7, 3, gradient);
  const auto slopes =
      finite_differences(kScores, 1e-5, [&](const auto& s) { return 3 * first_place_entropy(s, 0.7); });
  for (size_t j = 0; j < 5; ++j) EXPECT_NEAR(gradient[j], 1 + slopes[j], 1e-8);
}

TEST(RankingEntropy, EqualsTheSumOverAllRankings) {
  double entropy = 0;
  for_each_ranking(kScores, 0.8, [&](const auto&, double p) { entropy -= p * std::log(p); });
  EXPECT_NEAR(ranking_entropy_enumerated(kScores, 0.8), entropy, 1e-12);
  EXPECT_NEAR(ranking_entropy_enumerated(Scores(6, 1.0), 1), std::log(720.0), 1e-12);
}

TEST(RankingEntropy, IsEstimatedBySampling) {
  base::RandomStream random(9, base::Purpose::kPermutation);
  EXPECT_NEAR(ranking_entropy_sampled(kScores, 0.8, 20000, random), ranking_entropy_enumerated(kScores, 0.8),
              0.05);
}

TEST(PlackettLuce, MatchesTheIndependentImplementation) {
  std::ifstream file(R2RANK_SOURCE_DIR "/tests/golden/ranking.json");
  const auto golden = nlohmann::json::parse(file);
  ASSERT_GE(golden.at("log_probability").size(), 30u);
  for (const auto& test_case : golden.at("log_probability")) {
    const auto scores = test_case.at("scores").get<Scores>();
    const auto permutation = test_case.at("permutation").get<std::vector<int>>();
    EXPECT_NEAR(log_probability(scores, permutation, test_case.at("depth"), test_case.at("tau")),
                test_case.at("value").get<double>(), 1e-10);
    Scores gradient(scores.size(), 0);
    add_log_probability_gradient(scores, permutation, test_case.at("depth"), test_case.at("tau"), 1,
                                 gradient);
    const auto slopes = test_case.at("gradient").get<Scores>();
    for (size_t j = 0; j < scores.size(); ++j) EXPECT_NEAR(gradient[j], slopes[j], 1e-11);
    EXPECT_NEAR(first_place_entropy(scores, test_case.at("tau")), test_case.at("entropy").get<double>(),
                1e-12);
  }
}

TEST(PlackettLuceDeathTest, RefusesWhatOurOwnCodeMustNeverPass) {
  const std::vector<int> permutation = {0, 1, 2, 3, 4};
  EXPECT_DEATH(log_probability(kScores, permutation, 6, 1), "invariant");
  EXPECT_DEATH(log_probability(kScores, permutation, 5, 0), "invariant");
  EXPECT_DEATH(ranking_entropy_enumerated(Scores(9, 0.0), 1), "invariant");
}

}  // namespace
}  // namespace r2rank::ranking
