#include "metrics/seed_bootstrap.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "metrics/golden_evaluation.h"

namespace r2rank::metrics {
namespace {

using Runs = std::vector<std::vector<double>>;

/// Users with a mean of their own, runs with a shift of their own, and noise.
Runs crossed_values(size_t runs, size_t users, uint64_t seed, double between_runs) {
  base::RandomStream random(seed, base::Purpose::kInit);
  std::vector<double> user(users);
  for (auto& value : user) value = random.normal();
  Runs values(runs, user);
  for (auto& run : values) {
    const double shift = between_runs * random.normal();
    for (auto& value : run) value += shift + 0.2 * random.normal();
  }
  return values;
}

void expect_interval(const Interval& found, const nlohmann::json& expected, int resamples) {
  // A 2.5 % quantile of n normal draws has a standard error of 2.67 / sqrt(n) standard deviations; both sides
  // have one.
  const double tolerance =
      expected.at("standard_error").get<double>() * 5 * 2.67 * std::sqrt(1.0 / resamples + 1.0 / 40'000);
  EXPECT_NEAR(found.lo, expected.at("lo").get<double>(), tolerance);
  EXPECT_NEAR(found.hi, expected.at("hi").get<double>(), tolerance);
}

TEST(SeedBootstrap, MatchesAPlainLoopWithinMonteCarloError) {
  for (const auto& test_case : testing::golden_evaluation().at("seeds")) {
    const auto a = test_case.at("a").get<Runs>(), b = test_case.at("b").get<Runs>();
    expect_interval(bootstrap_seeds(a, 3, 20'000), test_case.at("alone"), 20'000);
    expect_interval(paired_bootstrap_seeds(a, b, 3, 20'000).difference, test_case.at("paired"), 20'000);
    EXPECT_NEAR(seed_deviation(a), test_case.at("deviation").get<double>(), 1e-12);
  }
}

TEST(SeedBootstrap, OfOneRunEachIsTheBootstrapOverUsersToTheBit) {
  const Runs a = crossed_values(1, 30, 1, 0), b = crossed_values(1, 30, 2, 0);
  EXPECT_EQ(bootstrap_seeds(a, 5).lo, bootstrap_mean(a[0], 5).lo);
  EXPECT_EQ(bootstrap_seeds(a, 5).hi, bootstrap_mean(a[0], 5).hi);
  const auto several = paired_bootstrap_seeds(a, b, 5), one = paired_bootstrap(a[0], b[0], 5);
  EXPECT_EQ(several.difference.lo, one.difference.lo);
  EXPECT_EQ(several.difference.hi, one.difference.hi);
  EXPECT_EQ(several.p_value, one.p_value);
}

TEST(SeedBootstrap, IsWiderWhereSeedsDiffer) {
  const Runs alike = crossed_values(4, 200, 1, 0), apart = crossed_values(4, 200, 1, 0.5);
  const auto narrow = bootstrap_seeds(alike, 5), wide = bootstrap_seeds(apart, 5);
  EXPECT_GT(wide.hi - wide.lo, 2 * (narrow.hi - narrow.lo));
}

TEST(SeedBootstrap, OfEqualRunsKeepsTheUncertaintyOfUsers) {
  const Runs one = crossed_values(1, 100, 1, 0), copies = {one[0], one[0], one[0]};
  const auto single = bootstrap_seeds(one, 5), repeated = bootstrap_seeds(copies, 5);
  EXPECT_NEAR(repeated.lo, single.lo, 1e-12);
  EXPECT_NEAR(repeated.hi, single.hi, 1e-12);
  EXPECT_NEAR(seed_deviation(copies), 0, 1e-15);
}

TEST(SeedBootstrap, OfOneUserIsOverSeedsAlone) {
  const auto interval = bootstrap_seeds(Runs{{0.2}, {0.4}}, 5);
  EXPECT_NEAR(interval.mean, 0.3, 1e-15);
  EXPECT_EQ(interval.lo, 0.2);
  EXPECT_EQ(interval.hi, 0.4);
  EXPECT_EQ(paired_bootstrap_seeds(Runs{{0.2}}, Runs{{0.4}}, 5).p_value, 1);
}

TEST(SeedBootstrap, AveragesRunsOfAUser) {
  EXPECT_EQ(seed_means(Runs{{1, 0}, {0, 0}}), (std::vector<double>{0.5, 0}));
  EXPECT_NEAR(seed_deviation(Runs{{1, 0}, {0, 0}}), 0.5 / std::sqrt(2.0), 1e-15);
}

TEST(SeedBootstrapDeathTest, RefusesWhatOurOwnCodeMustNeverPass) {
  EXPECT_DEATH(bootstrap_seeds(Runs{}, 1), "invariant");
  EXPECT_DEATH(bootstrap_seeds(Runs{{}}, 1), "invariant");
  EXPECT_DEATH(bootstrap_seeds(Runs{{1, 2}, {1}}, 1), "invariant");
  EXPECT_DEATH(paired_bootstrap_seeds(Runs{{1, 2}}, Runs{{1}}, 1), "invariant");
}

}  // namespace
}  // namespace r2rank::metrics
