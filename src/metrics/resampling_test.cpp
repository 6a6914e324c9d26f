#include "metrics/resampling.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace r2rank::metrics {
namespace {

using Values = std::vector<double>;

TEST(Resampling, DrawsEveryIndexAboutEquallyOften) {
  base::RandomStream random(3, base::Purpose::kBootstrap);
  std::array<double, 7> counts{};
  constexpr int kDraws = 70'000;
  for (int i = 0; i < kDraws; ++i) ++counts.at(index_below(random, 7));
  for (const double count : counts) EXPECT_NEAR(count, kDraws / 7.0, 5 * std::sqrt(kDraws / 7.0));
}

TEST(Resampling, TakesQuantilesLinearBetweenOrderStatistics) {
  // Places 0.025 x 4 = 0.1 and 0.975 x 4 = 3.9 of five means.
  const auto interval = interval_of(Values{1, 3}, Values{0, 10, 20, 30, 40});
  EXPECT_EQ(interval.mean, 2);
  EXPECT_NEAR(interval.lo, 1, 1e-12);
  EXPECT_NEAR(interval.hi, 39, 1e-12);
}

TEST(Resampling, CountsTheRarerSideTwiceAndZeroOnBoth) {
  EXPECT_DOUBLE_EQ(two_sided_p(Values{-1, 1, 2, 3, 4, 5, 6, 7, 8}, 0), 2 * 2 / 10.0);
  EXPECT_DOUBLE_EQ(two_sided_p(Values{1, 2, 3}, 0), 2 / 4.0);
  EXPECT_DOUBLE_EQ(two_sided_p(Values{-1e-13, 0, 1e-13}, 1e-12), 1);
}

TEST(Resampling, TakesTheMeanOfAllValues) {
  EXPECT_EQ(mean_of(Values{2, 2, 2}), 2);
  EXPECT_EQ(mean_of(Values{1, 2, 6}), 3);
}

}  // namespace
}  // namespace r2rank::metrics
