#include "rollout/prompt_view.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace r2rank::rollout {
namespace {

TEST(MadeUpNames, AreTheSameForAKeyAndDifferBetweenKeys) {
  EXPECT_EQ(made_up_name(5, 3), made_up_name(5, 3));
  std::set<std::string> names;
  for (uint64_t key = 0; key < 10'000; ++key) names.insert(made_up_name(key, 3));
  EXPECT_EQ(names.size(), 10'000U);
}

TEST(MadeUpNames, AreWordsThatCanBeSpoken) {
  for (uint64_t key = 0; key < 100; ++key) {
    const std::string name = made_up_name(key, 3);
    EXPECT_EQ(std::count(name.begin(), name.end(), ' '), 2);
    EXPECT_TRUE(name.front() >= 'A' && name.front() <= 'Z') << name;
    EXPECT_TRUE(std::string("aeiou").find(name.back()) != std::string::npos) << name;
    EXPECT_GE(name.size(), 3 * 4 + 2U);
    EXPECT_LE(name.size(), 3 * 8 + 2U);
  }
}

TEST(RenamedItem, KeepsWhatDoesNotNameIt) {
  text::PromptItem item{
      .title = "Dune", .brand = "Ace", .description = "A desert.", .categories = {"Books"}, .count = 4};
  rename(item, 8);
  EXPECT_EQ(item.title, made_up_name(8, 3));
  EXPECT_NE(item.brand, "Ace");
  EXPECT_EQ(item.description, "A desert.");
  EXPECT_EQ(item.categories, std::vector<std::string>{"Books"});
  EXPECT_EQ(item.count, 4);
}

TEST(RenamedItem, HasTheBrandOfAnotherItemWhereItHadIt) {
  text::PromptItem one{.title = "Dune", .brand = "Ace"}, two{.title = "Emma", .brand = "Ace"},
      none{.title = "Ulysses"};
  rename(one, 1);
  rename(two, 2);
  rename(none, 3);
  EXPECT_EQ(one.brand, two.brand);
  EXPECT_EQ(none.brand, "");
}

}  // namespace
}  // namespace r2rank::rollout
