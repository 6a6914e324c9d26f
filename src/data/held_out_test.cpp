#include "data/held_out.h"

#include <algorithm>
#include <set>

#include "data/test_support.h"

namespace r2rank::data {
namespace {

std::vector<std::pair<int32_t, int32_t>> pairs(const std::vector<Target>& targets) {
  std::vector<std::pair<int32_t, int32_t>> list;
  for (const Target& target : targets) list.emplace_back(target.user, target.position);
  return list;
}

using Pairs = std::vector<std::pair<int32_t, int32_t>>;

TEST(LeaveOneOut, TestsTheLastEventAndValidatesTheOneBefore) {
  const HeldOut held =
      leave_one_out(testing::dataset_of({{0, 1, 2, 3, 4}, {0}, {0, 1, 2, 3}, {1, 2, 3, 4, 5, 6}}, 7), 3);
  EXPECT_EQ(pairs(held.test), (Pairs{{0, 4}, {3, 5}}));
  EXPECT_EQ(pairs(held.valid), (Pairs{{0, 3}, {3, 4}}));
  EXPECT_EQ(held.training_end, (std::vector<int32_t>{3, 1, 4, 4}));
  EXPECT_EQ(held.skipped_users, 2);
}

TEST(Temporal, CutsAllUsersAtTheSameMoments) {
  // Times 10..50 of two users: ten events, 60 % from time 40, 80 % from time 50.
  const HeldOut held = temporal(testing::dataset_of({{0, 1, 2, 3, 4}, {0, 1, 2, 3, 4}}, 5), 3, {0.6, 0.8});
  EXPECT_EQ(held.training_end, (std::vector<int32_t>{3, 3}));
  EXPECT_EQ(pairs(held.valid), (Pairs{{0, 3}, {1, 3}}));
  EXPECT_EQ(pairs(held.test), (Pairs{{0, 4}, {1, 4}}));
}

TEST(Temporal, SkipsTargetsWithShortHistories) {
  const HeldOut held = temporal(testing::dataset_of({{0, 1, 2, 3, 4}, {0, 1, 2, 3, 4}}, 5), 4, {0.6, 0.8});
  EXPECT_TRUE(held.valid.empty());
  EXPECT_EQ(held.skipped_targets, 2);
}

TEST(Temporal, TakesSharesOfTargetsOrOfAllInteractions) {
  // Twenty events at 10, 20, ..., 200; with 10 earlier ones needed, the ten from 110 on are targets.
  const Dataset dataset = testing::regular_dataset(1, 20, 40);
  const HeldOut events = temporal(dataset, 10, {0.8, 0.9, "interactions"});
  EXPECT_EQ(pairs(events.valid), (Pairs{{0, 16}, {0, 17}}));
  EXPECT_EQ(pairs(events.test), (Pairs{{0, 18}, {0, 19}}));
  const HeldOut targets = temporal(dataset, 10, {0.8, 0.9, "targets"});
  EXPECT_EQ(pairs(targets.valid), (Pairs{{0, 18}}));
  EXPECT_EQ(pairs(targets.test), (Pairs{{0, 19}}));
  EXPECT_EQ(targets.training_end, std::vector<int32_t>{18});
}

TEST(Temporal, WithoutAnyTargetHoldsOutOnlyWhatItSkips) {
  const HeldOut held = temporal(testing::regular_dataset(3, 4, 20), 9, {0.8, 0.9, "targets"});
  EXPECT_TRUE(held.valid.empty() && held.test.empty());
}

TEST(Ratio, HoldsOutTheLastShareOfEachUserButAtLeastOneEvent) {
  std::vector<std::vector<int32_t>> histories{{}, {}, {}, {}};
  for (const auto& [user, events] : {std::pair{0, 20}, {1, 10}, {2, 5}, {3, 4}})
    for (int32_t event = 0; event < events; ++event) histories[static_cast<size_t>(user)].push_back(event);
  const HeldOut held = ratio(testing::dataset_of(histories, 20), 3, {0.8, 0.9});
  EXPECT_EQ(held.training_end, (std::vector<int32_t>{16, 8, 3, 4}));
  EXPECT_EQ(pairs(held.valid), (Pairs{{0, 16}, {0, 17}, {1, 8}, {2, 3}}));
  EXPECT_EQ(pairs(held.test), (Pairs{{0, 18}, {0, 19}, {1, 9}, {2, 4}}));
  EXPECT_EQ(held.skipped_users, 1);
}

TEST(Ratio, SkipsTargetsWithShortHistories) {
  const HeldOut held = ratio(testing::regular_dataset(1, 10, 20), 5, {0.2, 0.5});
  EXPECT_EQ(held.training_end, std::vector<int32_t>{2});
  EXPECT_EQ(held.skipped_targets, 3);
  EXPECT_EQ(held.valid.size(), 0U);
  EXPECT_EQ(held.test.size(), 5U);
}

TEST(JoinTargets, PutsTheNeighboursOfAUserTogether) {
  std::vector<Target> targets{{0, 3}, {0, 4}, {0, 5}, {1, 6}, {2, 7}, {2, 9}};
  join_targets(targets);
  EXPECT_EQ(pairs(targets), (Pairs{{0, 3}, {1, 6}, {2, 7}, {2, 9}}));
  EXPECT_EQ(targets[0].count, 3);
  EXPECT_EQ(targets[1].count, 1);
}

TEST(KeepUsers, AUsersPlaceDependsOnNobodyElse) {
  const Dataset few = testing::regular_dataset(50, 5, 20), many = testing::regular_dataset(100, 5, 20);
  const auto drawn = [](const Dataset& dataset, int64_t count) {
    auto targets = leave_one_out(dataset, 3).test;
    keep_users(dataset, targets, count, 7, 1);
    std::set<int32_t> users;
    for (const Target& target : targets) users.insert(target.user);
    return users;
  };
  EXPECT_EQ(drawn(few, 0).size(), 50U);
  EXPECT_EQ(drawn(few, 20).size(), 20U);
  EXPECT_EQ(drawn(few, 500).size(), 50U);
  const auto twenty = drawn(few, 20), thirty = drawn(few, 30);
  EXPECT_TRUE(std::includes(thirty.begin(), thirty.end(), twenty.begin(), twenty.end()));
  // Of the larger set's draw, those users that the smaller set has too come in the same order.
  auto common = drawn(many, 40);
  std::erase_if(common, [](int32_t user) { return user >= 50; });
  EXPECT_EQ(common, drawn(few, static_cast<int64_t>(common.size())));
}

TEST(KeepUsers, DrawsValidationAndTestIndependently) {
  const Dataset dataset = testing::regular_dataset(200, 5, 20);
  auto valid = leave_one_out(dataset, 3).test, test = valid;
  keep_users(dataset, valid, 100, 7, 0);
  keep_users(dataset, test, 100, 7, 1);
  EXPECT_NE(pairs(valid), pairs(test));
}

}  // namespace
}  // namespace r2rank::data
