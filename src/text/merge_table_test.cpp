#include "text/merge_table.h"

#include <gtest/gtest.h>

namespace r2rank::text {
namespace {

TEST(MergeTable, FindsEveryPairThatWasSetAndNoOther) {
  constexpr int kTokens = 60;
  MergeTable table(kTokens * kTokens / 2);
  for (int left = 0; left < kTokens; ++left)
    for (int right = left % 2; right < kTokens; right += 2)
      table.set(left, right, {left * kTokens + right, right});
  for (int left = 0; left < kTokens; ++left) {
    for (int right = 0; right < kTokens; ++right) {
      const bool was_set = right % 2 == left % 2;
      EXPECT_EQ(table.find(left, right).rank, was_set ? left * kTokens + right : Merge::kNoMerge);
    }
  }
}

TEST(MergeTable, ThePairsOrderMatters) {
  MergeTable table(1);
  table.set(1, 2, {0, 3});
  EXPECT_EQ(table.find(1, 2).token, 3);
  EXPECT_EQ(table.find(2, 1).rank, Merge::kNoMerge);
}

TEST(MergeTable, TheLaterOfTwoMergesOfOnePairStays) {
  MergeTable table(2);
  table.set(1, 2, {0, 3});
  table.set(1, 2, {7, 3});
  EXPECT_EQ(table.find(1, 2).rank, 7);
}

TEST(MergeTable, AnEmptyOneFindsNothing) {
  EXPECT_EQ(MergeTable(0).find(0, 0).rank, Merge::kNoMerge);
}

}  // namespace
}  // namespace r2rank::text
