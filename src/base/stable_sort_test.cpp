#include "base/stable_sort.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace r2rank::base {
namespace {

bool shorter(const std::string& a, const std::string& b) {
  return a.size() < b.size();
}

TEST(StableSorted, KeepsEqualItemsInTheOrderTheyCame) {
  const std::vector<std::string> expected = {"", "b", "a", "c", "zz", "yy"};
  EXPECT_EQ(stable_sorted<std::string>({"zz", "b", "yy", "a", "", "c"}, shorter), expected);
}

TEST(StableSorted, AgreesWithTheLibraryOnManyEqualItems) {
  std::vector<std::pair<int, int>> items;
  for (int i = 0; i < 1000; ++i) items.emplace_back(i * 7919 % 10, i);
  const auto by_first = [](const auto& a, const auto& b) { return a.first < b.first; };
  auto expected = items;
  std::sort(expected.begin(), expected.end());  // the second counts the places
  EXPECT_EQ(stable_sorted(items, by_first), expected);
}

TEST(StableSorted, TakesItemsThatCannotBeCopied) {
  std::vector<std::unique_ptr<int>> items;
  for (const int value : {2, 1}) items.push_back(std::make_unique<int>(value));
  const auto sorted = stable_sorted(std::move(items), [](const auto& a, const auto& b) { return *a < *b; });
  EXPECT_EQ(*sorted.front(), 1);
}

TEST(StableSorted, OfNothingIsNothing) {
  EXPECT_TRUE(stable_sorted<std::string>({}, shorter).empty());
}

}  // namespace
}  // namespace r2rank::base
