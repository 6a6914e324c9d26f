#include "metrics/randomisation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "base/random.h"
#include "metrics/golden_evaluation.h"

namespace r2rank::metrics {
namespace {

using Values = std::vector<double>;

Values normal_values(size_t count, uint64_t seed) {
  base::RandomStream random(seed, base::Purpose::kInit);
  Values values(count);
  for (auto& value : values) value = random.normal();
  return values;
}

TEST(PairedPermutation, CountsTheSignsThatReachAsFar) {
  // Differences 3, 2, 1: of the eight signs only all plus and all minus reach a sum of 6.
  EXPECT_EQ(paired_permutation(Values{4, 3, 2}, Values{1, 1, 1}, 1), 0.25);
  // Differences 3, -1: every one of the four signs reaches a sum of 2 or more.
  EXPECT_EQ(paired_permutation(Values{3, 0}, Values{0, 1}, 1), 1);
}

TEST(PairedPermutation, MatchesScipy) {
  for (const auto& test_case : testing::golden_evaluation().at("permutation")) {
    const auto a = test_case.at("a").get<Values>(), b = test_case.at("b").get<Values>();
    const double expected = test_case.at("p"), found = paired_permutation(a, b, 3, 200'000);
    // Five standard errors of the difference of two shares of 200,000.
    const double tolerance =
        test_case.at("exact") ? 1e-12 : 5 * std::sqrt(2 * expected * (1 - expected) / 200'000);
    EXPECT_NEAR(found, expected, tolerance);
  }
}

TEST(PairedPermutation, IsUnchangedByUsersWithoutADifference) {
  Values a = normal_values(30, 1), b = normal_values(30, 2);
  const double p = paired_permutation(a, b, 5);
  a.insert(a.begin(), 100, 0.5);
  b.insert(b.begin(), 100, 0.5);
  EXPECT_EQ(paired_permutation(a, b, 5), p);
  EXPECT_EQ(paired_permutation(Values{1, 2}, Values{1, 2}, 5), 1);
  EXPECT_EQ(paired_permutation(Values{}, Values{}, 5), 1);
}

TEST(PairedPermutation, IsSymmetricAndKeyedByItsSeed) {
  const Values a = normal_values(60, 1), b = normal_values(60, 2);
  EXPECT_EQ(paired_permutation(a, b, 5), paired_permutation(b, a, 5));
  EXPECT_EQ(paired_permutation(a, b, 5), paired_permutation(a, b, 5));
  EXPECT_NE(paired_permutation(a, b, 5), paired_permutation(a, b, 6));
}

TEST(PairedPermutation, RejectsTrueNullHypothesesAboutAsOftenAsItSays) {
  int rejected = 0;
  constexpr int kTrials = 1000;
  for (int trial = 0; trial < kTrials; ++trial)
    rejected += paired_permutation(normal_values(40, 2 * trial), normal_values(40, 2 * trial + 1), trial,
                                   999) <= 0.05;
  EXPECT_NEAR(rejected / static_cast<double>(kTrials), 0.05, 4 * std::sqrt(0.05 * 0.95 / kTrials));
}

TEST(PairedPermutation, CannotShowLessThanItsPermutationsAllow) {
  EXPECT_EQ(paired_permutation(Values(200, 1.0), Values(200, 0.0), 1, 999), 1 / 1000.0);
}

TEST(PairedPermutation, CountsSumsThatDifferByRoundingAsEqual) {
  // 0.1 + 0.2 and 0.3 are the same on paper: |±0.1 ±0.2 ±0.3| reaches 0.6 twice, and no other sum does.
  EXPECT_EQ(paired_permutation(Values{0.1, 0.2, 0.3}, Values{0, 0, 0}, 1), 0.25);
  // Observed 0.1 + 0.2 - 0.3 = 5.6e-17, which is 0: every sign is as far.
  EXPECT_EQ(paired_permutation(Values{0.1, 0.2, 0}, Values{0, 0, 0.3}, 1), 1);
}

/// The plain twin: a sign for each user and permutation, from the byte of their group.
double plain_permutation(const Values& a, const Values& b, uint64_t seed, int permutations) {
  Values sums(static_cast<size_t>(permutations), 0.0), differences;
  for (size_t i = 0; i < a.size(); ++i)
    if (a[i] != b[i]) differences.push_back(a[i] - b[i]);
  double observed = 0, size = 0;
  for (size_t i = 0; i < differences.size(); ++i) {
    observed += differences[i];
    size += std::abs(differences[i]);
    base::RandomStream random(seed, base::Purpose::kBootstrap, i / 8, 1);
    uint32_t word = 0;
    for (size_t p = 0; p < sums.size(); ++p) {
      word = p % 4 == 0 ? random.bits() : word >> 8;
      sums[p] += word >> i % 8 & 1 ? -differences[i] : differences[i];
    }
  }
  int as_far = 0;
  for (const double sum : sums) as_far += std::abs(sum) >= std::abs(observed) - 1e-12 * size;
  return (1.0 + as_far) / (1.0 + permutations);
}

TEST(PairedPermutation, OfSeveralPairsIsThePlainLoopOfEach) {
  std::vector<Values> values;
  for (const size_t users : {20, 31, 32, 33, 64, 65, 200}) {
    values.push_back(normal_values(users, 2 * users));
    values.push_back(normal_values(users, 2 * users + 1));
  }
  const Values few_a = {4, 3, 2}, few_b = {1, 1, 1};
  std::vector<ValuePair> pairs = {{few_a, few_b}};  // enumerated, among those that are not
  for (size_t i = 0; i < values.size(); i += 2) pairs.push_back({values[i], values[i + 1]});
  pairs.push_back({few_a, few_a});
  for (const int permutations : {1, 999, 1024, 3001}) {
    const auto found = paired_permutations(pairs, 5, permutations);
    ASSERT_EQ(found.size(), pairs.size());
    for (size_t i = 0; i < values.size(); i += 2)
      EXPECT_EQ(found[1 + i / 2], plain_permutation(values[i], values[i + 1], 5, permutations));
    EXPECT_EQ(found.back(), 1);
    EXPECT_EQ(found[0], permutations >= 8 ? 0.25 : plain_permutation(few_a, few_b, 5, permutations));
  }
  EXPECT_TRUE(paired_permutations({}, 5).empty());
}

TEST(PairedPermutation, DoesNotDependOnTheOrderOfItsParts) {
  const Values a = normal_values(100, 1), b = normal_values(100, 2), c = normal_values(90, 3),
               d = normal_values(90, 4);
  const std::vector<ValuePair> pairs = {{a, b}, {c, d}};
  const Spread backwards = [](int64_t count, const std::function<void(int64_t, int64_t)>& work) {
    for (int64_t part = count; part-- > 0;) work(part, part + 1);
  };
  EXPECT_EQ(paired_permutations(pairs, 5, 5000, backwards), paired_permutations(pairs, 5, 5000));
}

TEST(Holm, MatchesStatsmodels) {
  for (const auto& test_case : testing::golden_evaluation().at("holm")) {
    const auto found = holm_corrected(test_case.at("p").get<Values>());
    const auto expected = test_case.at("corrected").get<Values>();
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-15);
  }
}

TEST(Holm, MultipliesTheSmallestByAllAndNeverFallsBehindASmallerOne) {
  EXPECT_EQ(holm_corrected(Values{0.5, 0.01, 0.02}), (Values{0.5, 0.03, 0.04}));
  EXPECT_EQ(holm_corrected(Values{0.03, 0.02}), (Values{0.04, 0.04}));
  EXPECT_EQ(holm_corrected(Values{0.6, 0.7}), (Values{1, 1}));
  EXPECT_TRUE(holm_corrected(Values{}).empty());
}

TEST(PairedPermutationDeathTest, RefusesWhatOurOwnCodeMustNeverPass) {
  const double kNan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_DEATH(paired_permutation(Values{1, 2}, Values{1}, 1), "invariant");
  EXPECT_DEATH(paired_permutation(Values{kNan}, Values{1}, 1), "invariant");
  EXPECT_DEATH(paired_permutation(Values{2}, Values{1}, 1, 0), "invariant");
  EXPECT_DEATH(holm_corrected(Values{1.5}), "invariant");
}

}  // namespace
}  // namespace r2rank::metrics
