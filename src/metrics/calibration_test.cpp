#include "metrics/calibration.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "metrics/golden_evaluation.h"

namespace r2rank::metrics {
namespace {

using Scores = std::vector<double>;
using Labels = std::vector<float>;

/// The slates of a golden case; spans point into it.
struct GoldenSlates {
  explicit GoldenSlates(const nlohmann::json& golden)
      : scores(golden.at("scores").get<std::vector<Scores>>()) {
    for (const auto& chosen : golden.at("chosen")) {
      labels.emplace_back(scores[0].size(), 0.0F);
      labels.back()[chosen.get<size_t>()] = 1;
    }
    for (size_t i = 0; i < scores.size(); ++i) slates.push_back({scores[i], labels[i]});
  }
  std::vector<Scores> scores;
  std::vector<Labels> labels;
  std::vector<ScoredSlate> slates;
};

TEST(Calibration, MatchesScikitLearn) {
  for (const auto& golden : testing::golden_evaluation().at("calibration")) {
    const GoldenSlates given(golden);
    Reliability reliability(golden.at("bins"));
    double loss = 0;
    for (const auto& [scores, labels] : given.slates) {
      const auto probabilities = slate_probabilities(scores, 1), outcomes = slate_outcomes(labels);
      for (size_t i = 0; i < outcomes.size(); ++i) reliability.add(probabilities[i], outcomes[i]);
      loss += log_loss(probabilities, outcomes) / static_cast<double>(given.slates.size());
    }
    EXPECT_NEAR(reliability.error(), golden.at("error").get<double>(), 1e-12);
    EXPECT_NEAR(loss, golden.at("log_loss").get<double>(), 1e-12);
    size_t filled = 0;  // scikit-learn leaves empty bins out
    for (size_t bin = 0; bin < reliability.bins().size(); ++bin) {
      const auto found = reliability.bins()[bin];
      EXPECT_EQ(found.count, golden.at("counts")[bin].get<int64_t>());
      if (found.count == 0) continue;
      EXPECT_NEAR(found.hit_rate, golden.at("rates")[filled].get<double>(), 1e-12);
      EXPECT_NEAR(found.probability, golden.at("means")[filled++].get<double>(), 1e-12);
    }
  }
}

TEST(Calibration, FindsTheTemperatureThatScoresWereScaledBy) {
  const auto cases = testing::golden_evaluation().at("calibration");
  for (const auto& golden : cases) {
    GoldenSlates given(golden);
    const double temperature = fitted_temperature(given.slates);
    for (auto& scores : given.scores)
      for (double& score : scores) score *= 3;
    EXPECT_NEAR(fitted_temperature(given.slates) / temperature, 3, 1e-5);
    // The logits that chose are the scores at temperature 1 of the first case: 120 choices tell that roughly.
    if (golden == cases[0]) {
      EXPECT_NEAR(temperature, 1, 0.3);
    }
  }
}

TEST(Calibration, TemperatureIsWhereTheLossIsLowest) {
  const GoldenSlates given(testing::golden_evaluation().at("calibration")[1]);
  const auto loss = [&](double temperature) {
    double total = 0;
    for (const auto& [scores, labels] : given.slates)
      total += log_loss(slate_probabilities(scores, temperature), slate_outcomes(labels));
    return total;
  };
  const double best = fitted_temperature(given.slates);
  for (const double factor : {0.9, 0.99, 1.01, 1.1}) EXPECT_LT(loss(best), loss(best * factor));
}

TEST(Calibration, OfScoresThatSayNothingHasTheTemperatureOne) {
  const Scores equal = {2, 2};
  const Labels labels = {1, 0};
  EXPECT_EQ(fitted_temperature(std::vector<ScoredSlate>{{equal, labels}}), 1);
  EXPECT_EQ(fitted_temperature({}), 1);
}

TEST(Calibration, GivesScoresThatAreNoNumbersNothing) {
  EXPECT_EQ(slate_probabilities(Scores{NAN, 1, -INFINITY, 1}, 1), (Scores{0, 0.5, 0, 0.5}));
  EXPECT_EQ(slate_probabilities(Scores{INFINITY, 1, INFINITY, NAN}, 2), (Scores{0.5, 0, 0.5, 0}));
  EXPECT_EQ(slate_probabilities(Scores{NAN, -INFINITY}, 1), (Scores{0.5, 0.5}));
  EXPECT_EQ(slate_probabilities(Scores{1e308, -1e308}, 1), (Scores{1, 0}));
}

TEST(Calibration, SharesTheOutcomeAmongRelevantItems) {
  EXPECT_EQ(slate_outcomes(Labels{0, 2, 1, 0}), (Scores{0, 0.5, 0.5, 0}));
  EXPECT_DOUBLE_EQ(log_loss(Scores{0.5, 0.25, 0.25, 0}, Scores{0, 0.5, 0.5, 0}), std::log(4));
  EXPECT_DOUBLE_EQ(log_loss(Scores{1, 0}, Scores{0, 1}), -std::log(1e-12));
}

TEST(Calibration, PutsTheEndsOfTheScaleIntoTheOuterBins) {
  Reliability reliability(10);
  for (const double probability : {0.0, 0.1, 1.0}) reliability.add(probability, 1);
  EXPECT_EQ(reliability.bins().front().count, 2);
  EXPECT_EQ(reliability.bins().back().count, 1);
  EXPECT_NEAR(reliability.error(), (1.0 + 0.9 + 0) / 3, 1e-15);
  EXPECT_EQ(Reliability(5).error(), 0);
}

TEST(CalibrationDeathTest, RefusesWhatOurOwnCodeMustNeverPass) {
  EXPECT_DEATH(Reliability(5).add(1.1, 1), "invariant");
  EXPECT_DEATH(slate_probabilities(Scores{1}, 0), "invariant");
  EXPECT_DEATH(log_loss(Scores{1}, Scores{1, 0}), "invariant");
}

}  // namespace
}  // namespace r2rank::metrics
