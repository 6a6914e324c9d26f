#include "remote/rate_limit.h"

#include <gtest/gtest.h>

namespace r2rank::remote {
namespace {

TEST(RateLimit, LetsThroughWhatAMinuteHolds) {
  RateLimit limit(3);
  for (const double now : {0.0, 1.0, 2.0}) {
    EXPECT_EQ(limit.wait(now, 1), 0);
    limit.spend(now, 1);
  }
  EXPECT_DOUBLE_EQ(limit.wait(10, 1), 50);  // the first is forgotten at 60
  EXPECT_DOUBLE_EQ(limit.wait(10, 2), 51);
  EXPECT_EQ(limit.wait(60, 1), 0);
}

TEST(RateLimit, NeverHoldsMoreInAnyMinute) {
  RateLimit limit(10);
  double now = 0, in_window = 0;
  std::deque<std::pair<double, double>> seen;
  for (int n = 0; n < 200; ++n) {
    const double amount = 1 + n % 4;
    now += limit.wait(now, amount);
    EXPECT_EQ(limit.wait(now, amount), 0);
    limit.spend(now, amount);
    seen.emplace_back(now, amount);
    in_window = 0;
    for (const auto& [time, spent] : seen)
      if (time > now - 60) in_window += spent;
    ASSERT_LE(in_window, 10);
    now += 0.5;
  }
  EXPECT_LT(now, 200 * 60 / 4.0);  // about four requests of 2.5 a minute
}

TEST(RateLimit, WhatIsTooLargeByItselfWaitsForAnEmptyMinute) {
  RateLimit limit(10);
  EXPECT_EQ(limit.wait(0, 50), 0);
  limit.spend(0, 1);
  limit.spend(20, 1);
  EXPECT_DOUBLE_EQ(limit.wait(30, 50), 50);
}

TEST(RateLimit, OfNothingIsNone) {
  RateLimit limit(0);
  limit.spend(0, 1e9);
  EXPECT_EQ(limit.wait(0, 1e9), 0);
}

}  // namespace
}  // namespace r2rank::remote
