#include "distill/duplicates.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace r2rank::distill {
namespace {

using Kind = DuplicateFinder::Kind;

/// Words number `first` to `last`.
std::string numbered(int first, int last) {
  std::string text;
  for (int i = first; i <= last; ++i) text += fmt::format("w{} ", i);
  return text;
}

TEST(Duplicates, AreTheSameWordsInAnySpelling) {
  DuplicateFinder finder(0.8);
  EXPECT_EQ(finder.add("The user likes noir."), Kind::kNew);
  EXPECT_EQ(finder.add("the USER likes, noir"), Kind::kSame);
  EXPECT_EQ(finder.add(""), Kind::kNew);
  EXPECT_EQ(finder.add("..."), Kind::kSame);
}

TEST(Duplicates, AreNearFromTheThresholdOn) {
  // 100 words have 98 shingles; without the last k words, 98 - k of them are left: similarity (98 - k) / 98.
  for (const auto& [similarity, expected] : {std::pair{0.79, Kind::kNear}, std::pair{0.80, Kind::kNew}}) {
    DuplicateFinder finder(similarity);
    EXPECT_EQ(finder.add(numbered(1, 100)), Kind::kNew);
    EXPECT_EQ(finder.add(numbered(1, 80)), expected) << similarity;  // 78 / 98 = .796
  }
}

TEST(Duplicates, AreFoundAmongMany) {
  DuplicateFinder finder(0.8);
  for (int n = 0; n < 500; ++n) ASSERT_EQ(finder.add(numbered(100 * n, 100 * n + 60)), Kind::kNew);
  for (int n = 0; n < 500; ++n) ASSERT_EQ(finder.add(numbered(100 * n, 100 * n + 57)), Kind::kNear);
}

TEST(Duplicates, OfAThresholdOfOneAreEqualOnly) {
  DuplicateFinder finder(1);
  EXPECT_EQ(finder.add(numbered(1, 100)), Kind::kNew);
  EXPECT_EQ(finder.add(numbered(1, 99)), Kind::kNew);
  EXPECT_EQ(finder.add(numbered(1, 99)), Kind::kSame);
}

}  // namespace
}  // namespace r2rank::distill
