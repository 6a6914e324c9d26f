#include "experiment/standard_score.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace r2rank::experiment {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(StandardScore, IsTheDistanceFromTheMeanInDeviations) {
  const Spread spread = spread_of(std::vector<double>{4, 0, 2, 2});  // deviation sqrt(2)
  EXPECT_DOUBLE_EQ(spread.mean, 2);
  EXPECT_DOUBLE_EQ(spread.deviation, std::sqrt(2.0));
  EXPECT_FLOAT_EQ(standard_score(5, spread, 0.1), static_cast<float>(3 / std::sqrt(2.0)));
  EXPECT_EQ(standard_score(2, spread, 0.1), 0);
}

TEST(StandardScore, IsNeverDividedByLessThanTheFloorAndNeverEndless) {
  const Spread flat = spread_of(std::vector<double>{1, 1, 1});
  EXPECT_FLOAT_EQ(standard_score(1.5, flat, 0.25), 2);
  EXPECT_EQ(standard_score(100, flat, 0.25), 10);
  EXPECT_EQ(standard_score(-100, flat, 0.25), -10);
  EXPECT_EQ(standard_score(kInfinity, flat, 0.25), 10);
  EXPECT_EQ(standard_score(NAN, flat, 0.25), -10);
}

TEST(StandardScore, LeavesOutReferencesThatAreNoNumbers) {
  const Spread spread = spread_of(std::vector<double>{NAN, 3, kInfinity, 1, -kInfinity});
  EXPECT_EQ(spread.sorted, (std::vector<double>{1, 3}));
  EXPECT_DOUBLE_EQ(spread.mean, 2);
  const Spread nothing = spread_of(std::vector<double>{NAN});
  EXPECT_FLOAT_EQ(standard_score(1, nothing, 0.5), 2);
}

TEST(StandardScore, PercentilesCountTiesHalf) {
  const Spread spread = spread_of(std::vector<double>{1, 2, 2, 3});
  EXPECT_EQ(percentile_of(0, spread), 0);
  EXPECT_EQ(percentile_of(2, spread), 50);
  EXPECT_EQ(percentile_of(1, spread), 13);  // 12.5
  EXPECT_EQ(percentile_of(2.5, spread), 75);
  EXPECT_EQ(percentile_of(4, spread), 100);
  EXPECT_EQ(percentile_of(NAN, spread), 0);
  EXPECT_EQ(percentile_of(1, Spread()), 50);
}

}  // namespace
}  // namespace r2rank::experiment
