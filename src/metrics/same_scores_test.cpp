#include "metrics/same_scores.h"

#include <gtest/gtest.h>

#include <cmath>

namespace r2rank::metrics {
namespace {

PerUserResults with(std::vector<std::vector<double>> scores) {
  PerUserResults results;
  results.scores = std::move(scores);
  return results;
}

TEST(SameScores, AreEqualInEverySlateAndPlace) {
  EXPECT_TRUE(same_scores(with({{1, 2}, {3}}), with({{1, 2}, {3}})));
  EXPECT_TRUE(same_scores(with({{NAN, 2}}), with({{NAN, 2}})));
  EXPECT_FALSE(same_scores(with({{1, 2}}), with({{2, 1}})));
  EXPECT_FALSE(same_scores(with({{1, 2}}), with({{1, 2}, {3}})));
  EXPECT_FALSE(same_scores(with({{1, NAN}}), with({{1, 2}})));
}

TEST(SameScores, OfPartsWithoutScoresCannotBeTold) {
  EXPECT_FALSE(same_scores(with({}), with({})));
}

}  // namespace
}  // namespace r2rank::metrics
