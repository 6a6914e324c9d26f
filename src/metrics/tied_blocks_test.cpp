#include "metrics/tied_blocks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace r2rank::metrics {
namespace {

TEST(TiedBlocks, ListRunsOfEqualScoresBestFirst) {
  const auto blocks = tied_blocks(std::vector<double>{1, 3, 1, 2}, std::vector<float>{2, 0, 0, 1});
  ASSERT_EQ(blocks.size(), 3u);
  EXPECT_EQ(blocks[0].size, 1);
  EXPECT_EQ(blocks[0].relevant, 0);
  EXPECT_EQ(blocks[1].start, 1);
  EXPECT_EQ(blocks[1].gain, 1);
  EXPECT_EQ(blocks[2].start, 2);
  EXPECT_EQ(blocks[2].size, 2);
  EXPECT_EQ(blocks[2].relevant, 1);
  EXPECT_EQ(blocks[2].gain, 3);
}

TEST(TiedBlocks, TieMinusZeroWithZeroAndNanWithNan) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto blocks = tied_blocks(std::vector<double>{nan, 0.0, -nan, -0.0}, std::vector<float>(4, 0));
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].size, 2);
  EXPECT_EQ(blocks[1].size, 2);
}

TEST(TiedBlocks, OfNothingAreNone) {
  EXPECT_TRUE(tied_blocks({}, {}).empty());
}

TEST(IdealDcg, IsTheDcgOfTheLabelsInDescendingOrder) {
  EXPECT_DOUBLE_EQ(ideal_dcg(std::vector<float>{1, 0, 2}, 10), 3 + 1 / std::log2(3.0));
  EXPECT_DOUBLE_EQ(ideal_dcg(std::vector<float>{1, 0, 2}, 1), 3);
}

}  // namespace
}  // namespace r2rank::metrics
