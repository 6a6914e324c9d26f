#include "experiment/score_calibration.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "experiment/test_results.h"

namespace r2rank::experiment {
namespace {

/// Thirty users with a slate of two candidates each, the first of them relevant, and equal scores for all.
class ScoreCalibrations : public ::testing::Test {
 protected:
  ScoreCalibrations() {
    for (int user = 0; user < 30; ++user) {
      data::Slate slate;
      slate.id = slate.user = user;
      slate.candidates = {0, 1};
      slate.relevance = {1, 0};
      slates_.slates.push_back(slate);
      results_.user_ids.push_back(fmt::format("u{}", user));
    }
  }
  Calibrations with_scores(const std::vector<double>& scores) {
    results_.scores.assign(30, scores);
    return score_calibration(results_, slates_);
  }
  data::SlateSet slates_;
  metrics::PerUserResults results_;
};

TEST_F(ScoreCalibrations, HoldTheSoftmaxOfASlateAgainstItsHits) {
  // Softmax gives the first of the two 0.8, and it is always right.
  const auto found = with_scores({std::log(4.0), 0});
  EXPECT_NEAR(found.plain.top_error, 0.2, 1e-12);
  EXPECT_NEAR(found.plain.error, 0.2, 1e-12);
  EXPECT_NEAR(found.plain.log_loss, -std::log(0.8), 1e-12);
  EXPECT_LT(found.scaled.log_loss, 0.01) << "a low temperature makes it sure";
  EXPECT_FALSE(found.probability_error.has_value());
}

TEST_F(ScoreCalibrations, ShareTheHitAmongTiedFirstCandidates) {
  const auto found = with_scores({2, 2});
  EXPECT_NEAR(found.plain.top_error, 0, 1e-12);
  EXPECT_NEAR(found.plain.top_bins[4].hit_rate, 0.5, 1e-12);
  EXPECT_EQ(found.plain.top_bins[4].count, 30);
}

TEST_F(ScoreCalibrations, ReadScoresBetweenZeroAndOneAsProbabilities) {
  EXPECT_NEAR(with_scores({0.9, 0.3}).probability_error.value(), (0.1 + 0.3) / 2, 1e-12);
  EXPECT_FALSE(with_scores({0.9, 1.3}).probability_error.has_value());
  EXPECT_FALSE(with_scores({0.9, NAN}).probability_error.has_value());
}

TEST_F(ScoreCalibrations, FitATemperatureOnSlatesFromTheFirstToTheLast) {
  // Of 4,500 users the first 2,250 are right and the others wrong: over all, the scores say nothing.
  const data::Slate slate = slates_.slates[0];
  slates_.slates.assign(4500, slate);
  results_.user_ids.clear();
  for (size_t user = 0; user < 4500; ++user) {
    results_.user_ids.push_back(fmt::format("u{}", user));
    if (user >= 2250) slates_.slates[user].relevance = {0, 1};
  }
  results_.scores.assign(4500, {1, 0});
  EXPECT_GT(score_calibration(results_, slates_).temperature, 100);
}

TEST_F(ScoreCalibrations, FitNoTemperatureOnTheUsersTheyJudge) {
  // Users of one half are right, those of the other wrong: what the other half teaches is wrong each time.
  for (size_t i = 1; i < slates_.slates.size(); i += 2) slates_.slates[i].relevance = {0, 1};
  const auto found = with_scores({1, 0});
  EXPECT_GT(found.scaled.log_loss, 2);
  EXPECT_GT(found.temperature, 100) << "over all users the scores say nothing";
}

}  // namespace
}  // namespace r2rank::experiment
