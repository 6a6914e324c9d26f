#include "metrics/seed_bootstrap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/random.h"
#include "metrics/golden_evaluation.h"
#include "metrics/resampling.h"

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

/// The plain twin: each user's value of the drawn runs, then the drawn users.
std::vector<double> plain_means(const Runs& a, const Runs& b, uint64_t seed, int resamples) {
  std::vector<double> means;
  for (int r = 0; r < resamples; ++r) {
    std::vector<double> values(a[0].size(), 0.0);
    for (const auto& [runs, side] : {std::pair(&a, 2), std::pair(&b, 3)}) {
      base::RandomStream random(seed, base::Purpose::kBootstrap, static_cast<uint64_t>(r),
                                static_cast<uint64_t>(side));
      for (size_t i = 0; i < runs->size(); ++i) {
        const auto& run = (*runs)[index_below(random, static_cast<uint32_t>(runs->size()))];
        for (size_t user = 0; user < values.size(); ++user)
          values[user] += (side == 2 ? 1 : -1) * run[user] / static_cast<double>(runs->size());
      }
    }
    base::RandomStream random(seed, base::Purpose::kBootstrap, static_cast<uint64_t>(r));
    double total = 0;
    for (size_t i = 0; i < values.size(); ++i)
      total += values[index_below(random, static_cast<uint32_t>(values.size()))];
    means.push_back(total / static_cast<double>(values.size()));
  }
  std::sort(means.begin(), means.end());
  return means;
}

TEST(SeedBootstrap, OfSeveralColumnsIsThePlainLoopOfEach) {
  const Runs a = crossed_values(3, 40, 1, 0.3), b = crossed_values(2, 40, 2, 0.3),
             c = crossed_values(1, 40, 3, 0);
  const std::vector<SeedPair> pairs = {{a, b}, {b, c}, {c, a}, {c, c}};
  const auto tests = paired_bootstrap_columns(pairs, 9, 300);
  for (size_t i = 0; i < pairs.size(); ++i) {
    const Runs left(pairs[i].a.begin(), pairs[i].a.end()), right(pairs[i].b.begin(), pairs[i].b.end());
    const auto means = plain_means(left, right, 9, 300);
    const auto expected = interval_of(std::vector<double>{0, 0}, means);
    EXPECT_NEAR(tests[i].difference.lo, expected.lo, 1e-12);
    EXPECT_NEAR(tests[i].difference.hi, expected.hi, 1e-12);
    EXPECT_EQ(tests[i].p_value, two_sided_p(means, 1e-12));
  }
  const std::vector<SeedRuns> columns = {a, b, c};
  const auto intervals = bootstrap_columns(columns, 9, 300);
  for (size_t i = 0; i < columns.size(); ++i) {
    EXPECT_EQ(intervals[i].lo, bootstrap_seeds(columns[i], 9, 300).lo);
    EXPECT_EQ(intervals[i].hi, bootstrap_seeds(columns[i], 9, 300).hi);
    EXPECT_EQ(tests[i].difference.lo, paired_bootstrap_seeds(pairs[i].a, pairs[i].b, 9, 300).difference.lo);
  }
  EXPECT_TRUE(bootstrap_columns({}, 9).empty());
}

TEST(SeedBootstrap, OfEqualScorersIsCertainOfNothing) {
  const Runs a = crossed_values(1, 60, 1, 0.3);
  const auto test = paired_bootstrap_seeds(a, a, 5);
  EXPECT_EQ(test.difference.lo, 0);
  EXPECT_EQ(test.difference.hi, 0);
  EXPECT_EQ(test.p_value, 1);
}

TEST(SeedBootstrap, CountsResamplesThatCancelOnPaperAsZeroWithSeveralRunsToo) {
  // Seven differences of 2^-30 and three of minus that. Where as many of each are drawn they cancel, though
  // the sums of the values themselves, which fill all their bits, leave rounding behind.
  base::RandomStream random(1, base::Purpose::kInit);
  Runs a(1), b(1);
  for (int user = 0; user < 10; ++user) {
    b[0].push_back(0x1p22 + std::floor(random.uniform() * 0x1p51) * 0x1p-30);
    a[0].push_back(b[0].back() + (user < 7 ? 0x1p-30 : -0x1p-30));
  }
  const double expected = paired_bootstrap_seeds(a, b, 5).p_value;
  EXPECT_NEAR(expected, 2 * 0.150, 0.05) << "at most five of ten draws with a chance of 0.7: 0.150";
  b.push_back(b[0]);
  EXPECT_EQ(paired_bootstrap_seeds(a, b, 5).p_value, expected);
}

TEST(SeedBootstrapDeathTest, RefusesWhatOurOwnCodeMustNeverPass) {
  EXPECT_DEATH(bootstrap_seeds(Runs{}, 1), "invariant");
  EXPECT_DEATH(bootstrap_seeds(Runs{{}}, 1), "invariant");
  EXPECT_DEATH(bootstrap_seeds(Runs{{1, 2}, {1}}, 1), "invariant");
  EXPECT_DEATH(paired_bootstrap_seeds(Runs{{1, 2}}, Runs{{1}}, 1), "invariant");
  const Runs two = {{1, 2}}, three = {{1, 2, 3}};
  EXPECT_DEATH(bootstrap_columns(std::vector<SeedRuns>{two, three}, 1), "invariant");
}

}  // namespace
}  // namespace r2rank::metrics
