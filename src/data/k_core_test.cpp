#include "data/k_core.h"

#include <algorithm>

#include "base/random.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

std::vector<Interaction> edges(std::initializer_list<std::pair<int32_t, int32_t>> pairs) {
  std::vector<Interaction> events;
  for (const auto& [user, item] : pairs)
    events.push_back({.user = user, .item = item, .time = 0, .rating = 0});
  return events;
}

TEST(KCore, LeavesEverythingWithoutABound) {
  auto events = edges({{0, 0}, {1, 1}});
  EXPECT_EQ(keep_core(events, 2, 2, 0, 0).interactions, 0);
  EXPECT_EQ(keep_core(events, 2, 2, 1, 1).rounds, 0);
  EXPECT_EQ(events.size(), 2U);
}

TEST(KCore, FollowsTheChainOfDropsToItsEnd) {
  // Item 2 falls first, then user 1, which takes item 1 below 2, which takes user 2 along.
  auto events = edges({{0, 0}, {3, 0}, {1, 1}, {1, 2}, {2, 1}, {2, 0}, {0, 3}, {3, 3}});
  const CoreCounts dropped = keep_core(events, 4, 4, 2, 2);
  EXPECT_EQ(dropped.interactions, 4);
  EXPECT_EQ(dropped.users, 2);
  EXPECT_EQ(dropped.items, 2);
  EXPECT_EQ(dropped.rounds, 4);
  EXPECT_EQ(events.size(), 4U);
}

TEST(KCore, MayDropEverything) {
  auto events = edges({{0, 0}, {0, 1}, {1, 2}});
  EXPECT_EQ(keep_core(events, 2, 3, 2, 2).interactions, 3);
  EXPECT_TRUE(events.empty());
}

TEST(KCore, IsTheLargestSetThatHoldsBothBounds) {
  base::RandomStream random(1, base::Purpose::kSplit);
  std::vector<Interaction> events;
  for (int i = 0; i < 300; ++i)
    events.push_back(
        edges({{static_cast<int32_t>(random.below(40)), static_cast<int32_t>(random.below(40))}})[0]);
  // Independent twin: take out one violating event at a time until none is left; the core does not depend on
  // the order.
  auto expected = events;
  const auto degree = [&](auto member, int32_t value) {
    return std::count_if(expected.begin(), expected.end(),
                         [&](const auto& event) { return event.*member == value; });
  };
  for (bool changed = true; changed;) {
    const auto bad = std::find_if(expected.begin(), expected.end(), [&](const auto& event) {
      return degree(&Interaction::user, event.user) < 5 || degree(&Interaction::item, event.item) < 4;
    });
    changed = bad != expected.end();
    if (changed) expected.erase(bad);
  }
  keep_core(events, 40, 40, 5, 4);
  ASSERT_GT(expected.size(), 0U);
  ASSERT_LT(expected.size(), 300U);
  ASSERT_EQ(events.size(), expected.size());
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].user, expected[i].user);
    EXPECT_EQ(events[i].item, expected[i].item);
  }
}

}  // namespace
}  // namespace r2rank::data
