#include "distill/balance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace r2rank::distill {
namespace {

/// How many of `yes` and `no` stay.
std::pair<int64_t, int64_t> left_of(size_t yes, size_t no, double min_no, double max_no) {
  std::vector<bool> labels(yes, true);
  labels.insert(labels.end(), no, false);
  std::vector<uint64_t> keys(labels.size());
  std::iota(keys.rbegin(), keys.rend(), 0);
  const auto stays = balanced(labels, keys, min_no, max_no);
  std::pair<int64_t, int64_t> left;
  for (size_t i = 0; i < labels.size(); ++i) (labels[i] ? left.first : left.second) += stays[i] ? 1 : 0;
  return left;
}

using Left = std::pair<int64_t, int64_t>;

TEST(Balance, TakesNothingFromAMixThatFits) {
  EXPECT_EQ(left_of(10, 10, 1, 2), (Left{10, 10}));
  EXPECT_EQ(left_of(10, 20, 1, 2), (Left{10, 20}));
}

TEST(Balance, TakesFromWhatThereIsTooMuchOf) {
  EXPECT_EQ(left_of(10, 50, 1, 2), (Left{10, 20}));
  EXPECT_EQ(left_of(50, 10, 1, 2), (Left{10, 10}));
  EXPECT_EQ(left_of(50, 10, 0.5, 2), (Left{20, 10}));
}

TEST(Balance, LeavesNothingWhereOneSideIsMissing) {
  EXPECT_EQ(left_of(0, 9, 1, 2), (Left{0, 0}));
  EXPECT_EQ(left_of(9, 0, 1, 2), (Left{0, 0}));
  EXPECT_EQ(left_of(9, 0, 0, 2), (Left{9, 0}));
}

TEST(Balance, KeepsTheLeastKeys) {
  EXPECT_EQ(balanced({true, false, false, false}, {9, 3, 1, 2}, 1, 2),
            (std::vector<bool>{true, false, true, true}));
}

}  // namespace
}  // namespace r2rank::distill
