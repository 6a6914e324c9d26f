#include "data/distribution.h"

#include <gtest/gtest.h>

namespace r2rank::data {
namespace {

std::vector<int64_t> one_to(int64_t last) {
  std::vector<int64_t> values;
  for (int64_t value = last; value >= 1; --value) values.push_back(value);
  return values;
}

TEST(Distribution, OfNothingIsAllZero) {
  const Distribution none = describe_values({});
  EXPECT_EQ(none.values, 0);
  EXPECT_EQ(none.max, 0);
  EXPECT_TRUE(none.bins.empty());
  EXPECT_EQ(head_share({}, 0.5), 0);
}

TEST(Distribution, QuantilesAreTheSmallestValuesThatEnoughDoNotExceed) {
  const Distribution hundred = describe_values(one_to(100));
  EXPECT_EQ(hundred.min, 1);
  EXPECT_EQ(hundred.q25, 25);
  EXPECT_EQ(hundred.median, 50);
  EXPECT_EQ(hundred.q75, 75);
  EXPECT_EQ(hundred.q90, 90);
  EXPECT_EQ(hundred.q99, 99);
  EXPECT_EQ(hundred.max, 100);
  EXPECT_EQ(hundred.mean, 50.5);
  EXPECT_EQ(describe_values({7}).q99, 7);
}

TEST(Distribution, GiniIsHalfTheMeanDifferenceOverTheMean) {
  EXPECT_EQ(describe_values({3, 3, 3, 3}).gini, 0);
  EXPECT_DOUBLE_EQ(describe_values({0, 0, 0, 8}).gini, 0.75);
  EXPECT_DOUBLE_EQ(describe_values({1, 2, 3}).gini, 2.0 / 9);  // differences 1, 1, 2: mean 8/9; mean 2
  EXPECT_EQ(describe_values({0, 0}).gini, 0);
}

TEST(Distribution, BinsDoubleAndCoverEveryValue) {
  const Distribution spread = describe_values({0, 1, 1, 2, 3, 4, 5, 9, 20});
  std::vector<std::vector<int64_t>> bins;
  for (const auto& bin : spread.bins) bins.push_back({bin.low, bin.high, bin.count});
  EXPECT_EQ(bins, (std::vector<std::vector<int64_t>>{
                      {0, 0, 1}, {1, 1, 2}, {2, 2, 1}, {3, 4, 2}, {5, 8, 1}, {9, 16, 1}, {17, 32, 1}}));
  EXPECT_EQ(describe_values({1}).bins.front().low, 1);
}

TEST(HeadShare, IsWhatTheLargestValuesHold) {
  EXPECT_DOUBLE_EQ(head_share({1, 1, 1, 1, 6}, 0.2), 0.6);
  EXPECT_DOUBLE_EQ(head_share({1, 1, 1, 1, 6}, 0.21), 0.7);  // rounded up to two
  EXPECT_DOUBLE_EQ(head_share({1, 1, 1, 1, 6}, 0.01), 0.6);  // at least one
  EXPECT_DOUBLE_EQ(head_share(one_to(10), 1), 1);
}

}  // namespace
}  // namespace r2rank::data
