#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

namespace r2rank::base {
namespace {

using Words4 = std::array<uint32_t, 4>;

RandomStream stream(uint64_t a = 0) {
  return RandomStream(42, Purpose::kInit, a);
}

double chi_square(const std::vector<int>& counts) {
  const double expected =
      std::accumulate(counts.begin(), counts.end(), 0.0) / static_cast<double>(counts.size());
  double total = 0;
  for (const int count : counts) total += (count - expected) * (count - expected) / expected;
  return total;
}

TEST(Philox, HasTheKnownAnswersOfRandom123) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Words4{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(philox({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (Words4{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words4{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomStream, KeepsTheNumbersOfItsPurposes) {
  EXPECT_EQ(static_cast<uint32_t>(Purpose::kSplit), 1u);
  EXPECT_EQ(static_cast<uint32_t>(Purpose::kInit), 8u);
  EXPECT_EQ(static_cast<uint32_t>(Purpose::kBaseline), 11u);
  EXPECT_EQ(static_cast<uint32_t>(Purpose::kOrder), 12u);
}

TEST(RandomStream, RepeatsForTheSameKeyAndDiffersInEveryPartOfIt) {
  const auto first = [](RandomStream random) { return std::make_pair(random.bits(), random.bits()); };
  const auto reference = first(RandomStream(1, Purpose::kToken, 2, 3, 4));
  EXPECT_EQ(reference, first(RandomStream(1, Purpose::kToken, 2, 3, 4)));
  std::set<std::pair<uint32_t, uint32_t>> others = {
      first(RandomStream(2, Purpose::kToken, 2, 3, 4)),
      first(RandomStream(1 + (uint64_t{1} << 40), Purpose::kToken, 2, 3, 4)),
      first(RandomStream(1, Purpose::kSplit, 2, 3, 4)),
      first(RandomStream(1, Purpose::kToken, 3, 2, 4)),
      first(RandomStream(1, Purpose::kToken, 2, 4, 3)),
      first(RandomStream(1, Purpose::kToken, 2, 3, 5))};
  EXPECT_EQ(others.size(), 6u);
  EXPECT_FALSE(others.contains(reference));
}

TEST(RandomStream, DoesNotDependOnOtherStreams) {
  auto alone = stream(1);
  std::vector<double> expected;
  for (int i = 0; i < 100; ++i) expected.push_back(alone.uniform());
  auto mixed = stream(1), other = stream(2);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(mixed.uniform(), expected[static_cast<size_t>(i)]);
    for (int j = 0; j < i % 5; ++j) other.uniform();
  }
}

TEST(RandomStream, GivesDrawsByPositionInAnyOrder) {
  auto random = stream();
  const double later = random.uniform_at(1000), first = random.uniform_at(0);
  random.uniform();
  EXPECT_EQ(random.uniform_at(0), first);
  EXPECT_EQ(random.uniform_at(1000), later);
  EXPECT_NE(first, later);
}

TEST(RandomStream, KeepsPositionsApartFromTheSequence) {
  auto random = stream();
  std::set<double> sequence;
  for (int i = 0; i < 1000; ++i) sequence.insert(random.uniform());
  for (uint64_t t = 0; t < 1000; ++t) EXPECT_FALSE(sequence.contains(random.uniform_at(t)));
}

TEST(ToUnit, StaysInsideTheOpenInterval) {
  EXPECT_GT(to_unit(0, 0), 0);
  EXPECT_LT(to_unit(0xffffffff, 0xffffffff), 1) << "1 would make a Gumbel draw infinite";
  EXPECT_NEAR(to_unit(0x80000000, 0), 0.5, 1e-15);
}

TEST(RandomStream, IsUniform) {
  auto random = stream();
  std::vector<int> counts(100);
  constexpr int kDraws = 200000;
  double sum = 0, squares = 0, lagged = 0, previous = 0.5;
  for (int i = 0; i < kDraws; ++i) {
    const double u = random.uniform();
    ++counts[static_cast<size_t>(u * 100)];
    sum += u;
    squares += u * u;
    lagged += (u - 0.5) * (previous - 0.5);
    previous = u;
  }
  EXPECT_LT(chi_square(counts), 148.2) << "the 0.1 % point with 99 degrees of freedom";
  EXPECT_NEAR(sum / kDraws, 0.5, 0.0025);
  EXPECT_NEAR(squares / kDraws, 1.0 / 3, 0.0025);
  EXPECT_NEAR(lagged / kDraws, 0, 0.001);
}

TEST(RandomStream, IsUniformByPositionToo) {
  const auto random = stream();
  std::vector<int> counts(100);
  for (uint64_t t = 0; t < 200000; ++t) ++counts[static_cast<size_t>(random.uniform_at(t) * 100)];
  EXPECT_LT(chi_square(counts), 148.2);
}

TEST(RandomStream, DrawsNormalAndGumbelWithTheirMoments) {
  auto random = stream();
  constexpr int kDraws = 100000;
  double normal = 0, normal_squares = 0, gumbel = 0, gumbel_squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double n = random.normal(), g = random.gumbel();
    normal += n;
    normal_squares += n * n;
    gumbel += g;
    gumbel_squares += g * g;
  }
  EXPECT_NEAR(normal / kDraws, 0, 0.012);
  EXPECT_NEAR(normal_squares / kDraws, 1, 0.02);
  EXPECT_NEAR(gumbel / kDraws, 0.577216, 0.017);
  EXPECT_NEAR(gumbel_squares / kDraws, 1.644934 + 0.333178, 0.06);
}

TEST(RandomStream, DrawsIntegersBelowABoundUniformly) {
  auto random = stream();
  std::vector<int> counts(7);
  for (int i = 0; i < 70000; ++i) ++counts[random.below(7)];
  EXPECT_LT(chi_square(counts), 22.46) << "the 0.1 % point with 6 degrees of freedom";
  EXPECT_EQ(random.below(1), 0u);
  for (int i = 0; i < 100; ++i) EXPECT_LT(random.below((uint64_t{1} << 63) + 1), (uint64_t{1} << 63) + 1);
}

TEST(RandomStream, ShufflesIntoEveryOrderEquallyOften) {
  auto random = stream();
  std::map<std::vector<int>, int> counts;
  for (int i = 0; i < 24000; ++i) {
    std::vector<int> values = {0, 1, 2, 3};
    random.shuffle(std::span<int>(values));
    ++counts[values];
  }
  ASSERT_EQ(counts.size(), 24u);
  std::vector<int> plain;
  for (const auto& [order, count] : counts) plain.push_back(count);
  EXPECT_LT(chi_square(plain), 49.73) << "the 0.1 % point with 23 degrees of freedom";
}

TEST(RandomStream, SamplesDistinctIntegers) {
  for (uint64_t key = 0; key < 200; ++key) {
    auto random = stream(key);
    const auto drawn = random.sample(30, key % 31);
    EXPECT_EQ(drawn.size(), key % 31);
    EXPECT_EQ(std::set<uint64_t>(drawn.begin(), drawn.end()).size(), drawn.size());
    for (const uint64_t value : drawn) EXPECT_LT(value, 30u);
  }
}

TEST(RandomStream, SamplesEveryOrderedPairEquallyOften) {
  auto random = stream();
  std::map<std::vector<uint64_t>, int> counts;
  for (int i = 0; i < 20000; ++i) ++counts[random.sample(5, 2)];
  ASSERT_EQ(counts.size(), 20u);
  std::vector<int> plain;
  for (const auto& [pair, count] : counts) plain.push_back(count);
  EXPECT_LT(chi_square(plain), 43.82) << "the 0.1 % point with 19 degrees of freedom";
}

TEST(Mix, DependsOnValueAndOrder) {
  EXPECT_EQ(mix({1, 2}), mix({1, 2}));
  EXPECT_NE(mix({1, 2}), mix({2, 1}));
  EXPECT_NE(mix({0}), mix({0, 0}));
}

TEST(RandomStreamDeathTest, RefusesImpossibleRequests) {
  auto random = stream();
  EXPECT_DEATH(random.below(0), "invariant");
  EXPECT_DEATH(random.sample(3, 4), "invariant");
}

}  // namespace
}  // namespace r2rank::base
