#include "data/slate_sample.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace r2rank::data {
namespace {

/// Three slates for each of so many users, one user after the other.
std::vector<std::string> users_of(size_t count) {
  std::vector<std::string> users;
  for (size_t row = 0; row < 3 * count; ++row) users.push_back(fmt::format("u{}", row / 3));
  return users;
}

TEST(SlateSample, HoldsWholeUsersFromAllOverTheSet) {
  const auto users = users_of(200);
  const auto rows = sampled_rows(users, {.count = 100});
  EXPECT_EQ(rows.size(), 102U);
  EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end()));
  std::set<std::string> chosen;
  for (const size_t row : rows) chosen.insert(users[row]);
  EXPECT_EQ(chosen.size(), 34U);
  // Of the first third of the users about a third is drawn: 11 of 34, give or take three deviations of 2.5.
  const auto early = std::count_if(rows.begin(), rows.end(), [](size_t row) { return row < 200; }) / 3;
  EXPECT_GT(early, 3);
  EXPECT_LT(early, 19);
}

TEST(SlateSample, OfOneSeedIsPartOfALargerOne) {
  const auto users = users_of(50);
  const auto few = sampled_rows(users, {.count = 20}), more = sampled_rows(users, {.count = 60});
  EXPECT_TRUE(std::includes(more.begin(), more.end(), few.begin(), few.end()));
  EXPECT_NE(sampled_rows(users, {.count = 20, .seed = 8}), few);
}

TEST(SlateSample, IsAllWhereNothingIsLeftOut) {
  const auto users = users_of(4);
  EXPECT_EQ(sampled_rows(users, {.count = 0}).size(), 12U);
  EXPECT_EQ(sampled_rows(users, {.count = 12}).size(), 12U);
}

}  // namespace
}  // namespace r2rank::data
