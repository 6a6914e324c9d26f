#include "metrics/bootstrap.h"

#include <gtest/gtest.h>

#include <ctime>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/random.h"

namespace r2rank::metrics {
namespace {

std::vector<double> normal_values(size_t count, uint64_t seed, double mean) {
  base::RandomStream random(seed, base::Purpose::kInit);
  std::vector<double> values(count);
  for (auto& value : values) value = mean + random.normal();
  return values;
}

TEST(Bootstrap, OfOneValueIsThatValue) {
  const auto interval = bootstrap_mean(std::vector<double>{0.3}, 1);
  EXPECT_EQ(interval.mean, 0.3);
  EXPECT_EQ(interval.lo, 0.3);
  EXPECT_EQ(interval.hi, 0.3);
  EXPECT_EQ(paired_bootstrap(std::vector<double>{0.9}, std::vector<double>{0.1}, 1).p_value, 1);
}

TEST(Bootstrap, GivesTheSameIntervalForTheSameSeedOnly) {
  const auto values = normal_values(50, 1, 0);
  EXPECT_EQ(bootstrap_mean(values, 5).lo, bootstrap_mean(values, 5).lo);
  EXPECT_NE(bootstrap_mean(values, 5).lo, bootstrap_mean(values, 6).lo);
}

TEST(Bootstrap, CoversTheTrueMeanAboutAsOftenAsItSays) {
  int covered = 0;
  constexpr int kTrials = 400;
  for (int trial = 0; trial < kTrials; ++trial) {
    const auto interval = bootstrap_mean(normal_values(60, 100 + trial, 2), trial, 400);
    covered += interval.lo <= 2 && 2 <= interval.hi;
  }
  EXPECT_NEAR(covered / static_cast<double>(kTrials), 0.94, 0.035);
}

TEST(Bootstrap, MatchesScipyWithinMonteCarloError) {
  std::ifstream file(R2RANK_SOURCE_DIR "/tests/golden/metrics.json");
  const auto golden = nlohmann::json::parse(file);
  ASSERT_GE(golden.at("bootstrap").size(), 4u);
  for (const auto& test_case : golden.at("bootstrap")) {
    const auto values = test_case.at("values").get<std::vector<double>>();
    const auto interval = bootstrap_mean(values, 3, 40000);
    // A 2.5 % quantile of n normal draws has a standard error of 2.67 / sqrt(n) standard deviations.
    const double tolerance = test_case.at("standard_error").get<double>() * 5 * 2.67 / 200;
    EXPECT_NEAR(interval.mean, test_case.at("mean").get<double>(), 1e-12);
    EXPECT_NEAR(interval.lo, test_case.at("lo").get<double>(), tolerance);
    EXPECT_NEAR(interval.hi, test_case.at("hi").get<double>(), tolerance);
  }
}

TEST(PairedBootstrap, FindsADifferenceThatIsThereAndNamesItsDirection) {
  const auto a = normal_values(300, 1, 1.0), b = normal_values(300, 2, 0.0);
  const auto test = paired_bootstrap(a, b, 7);
  EXPECT_GT(test.difference.lo, 0);
  EXPECT_DOUBLE_EQ(test.p_value, 2.0 / 2001);
  const auto swapped = paired_bootstrap(b, a, 7);
  EXPECT_LT(swapped.difference.hi, 0);
  EXPECT_DOUBLE_EQ(swapped.p_value, 2.0 / 2001);
}

TEST(PairedBootstrap, OfEqualScorersIsCertainOfNothing) {
  const auto a = normal_values(100, 1, 0);
  const auto test = paired_bootstrap(a, a, 7);
  EXPECT_EQ(test.difference.lo, 0);
  EXPECT_EQ(test.difference.hi, 0);
  EXPECT_EQ(test.p_value, 1);
}

TEST(PairedBootstrap, RejectsATrueNullAboutFiveTimesInAHundred) {
  int rejected = 0;
  constexpr int kTrials = 400;
  for (int trial = 0; trial < kTrials; ++trial) {
    const auto a = normal_values(80, 1000 + trial, 0), b = normal_values(80, 5000 + trial, 0);
    rejected += paired_bootstrap(a, b, trial, 400).p_value < 0.05;
  }
  EXPECT_NEAR(rejected / static_cast<double>(kTrials), 0.055, 0.035);
}

TEST(PairedBootstrap, ResamplesUsersNotScorers) {
  // Strongly correlated scorers: the paired interval is far narrower than the scorers' own.
  const auto a = normal_values(200, 1, 0);
  auto b = a;
  const auto noise = normal_values(200, 2, 0);
  for (size_t i = 0; i < b.size(); ++i) b[i] += 0.01 * noise[i];
  const auto test = paired_bootstrap(a, b, 1);
  const auto alone = bootstrap_mean(a, 1);
  EXPECT_LT(test.difference.hi - test.difference.lo, 0.05 * (alone.hi - alone.lo));
}

TEST(Bootstrap, OfTenThousandUsersTakesWellBelowASecond) {
  const auto values = normal_values(10000, 1, 0);
  const std::clock_t start = std::clock();  // processor time: other programs may be running
  bootstrap_mean(values, 1, 2000);
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  std::printf("2000 resamples of 10,000 users: %.3f s\n", seconds);
  EXPECT_LT(seconds, 10);  // generous: sanitizer builds and busy machines run this too
}

TEST(BootstrapDeathTest, RefusesNothingAndNan) {
  EXPECT_DEATH(bootstrap_mean({}, 1), "invariant");
  EXPECT_DEATH(bootstrap_mean(std::vector<double>{1, std::numeric_limits<double>::quiet_NaN()}, 1),
               "invariant");
  EXPECT_DEATH(paired_bootstrap(std::vector<double>{1}, std::vector<double>{1, 2}, 1), "invariant");
}

}  // namespace
}  // namespace r2rank::metrics
