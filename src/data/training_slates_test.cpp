#include "data/training_slates.h"

#include <algorithm>
#include <map>
#include <set>

#include "data/split.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

SplitConfig five_negatives() {
  SplitConfig config;
  config.negative_count = 5;
  return config;
}

struct Training : ::testing::Test {
  Dataset dataset = testing::regular_dataset(40, 12, 60);
  Split split = make_split(dataset, {});
};

TEST_F(Training, ASlateDependsOnSeedAndNumberAlone) {
  const TrainingSlates slates(dataset, split, {}), again(dataset, split, {});
  const Slate late = slates.draw(1000);
  for (int64_t n = 0; n < 20; ++n) again.draw(n);
  const Slate same = again.draw(1000);
  EXPECT_EQ(late.id, 1000);
  EXPECT_EQ(late.user, same.user);
  EXPECT_EQ(late.history_end, same.history_end);
  EXPECT_EQ(late.candidates, same.candidates);
  TrainingSlates::Options other;
  other.seed = 8;
  EXPECT_NE(TrainingSlates(dataset, split, other).draw(1000).candidates, late.candidates);
}

TEST_F(Training, TargetsAreRecentTrainingEventsWithEnoughHistory) {
  const TrainingSlates slates(dataset, split, {});
  std::set<int32_t> positions, users;
  for (int64_t n = 0; n < 3000; ++n) {
    const Slate slate = slates.draw(n);
    positions.insert(slate.history_end);
    users.insert(slate.user);
  }
  EXPECT_EQ(positions, (std::set<int32_t>{4, 5, 6, 7, 8, 9}));  // 10 training events, the last 6 of them
  EXPECT_EQ(users.size(), 40U);
}

TEST_F(Training, WithheldEventsAreNoTargetsButKnownToTheUser) {
  const TrainingSlates slates(dataset, split, {.recent_targets = 3, .withhold = 2});
  std::set<int32_t> positions;
  for (int64_t n = 0; n < 300; ++n) {
    const Slate slate = slates.draw(n);
    positions.insert(slate.history_end);
    const auto known = known_items(dataset, slate.user, split.training_end[slate.user]);
    for (size_t i = 0; i < slate.candidates.size(); ++i)
      EXPECT_NE(slate.relevance[i] > 0, !std::binary_search(known.begin(), known.end(), slate.candidates[i]));
  }
  EXPECT_EQ(positions, (std::set<int32_t>{5, 6, 7}));  // of 10 training events
}

TEST_F(Training, AnEpochBringsEveryUserOnceAndTargetsInTurn) {
  const TrainingSlates slates(dataset, split, {});
  EXPECT_EQ(slates.epoch_size(), 40);
  std::vector<int32_t> first_order;
  std::set<std::pair<int32_t, int32_t>> targets;
  for (int64_t epoch = 0; epoch < 6; ++epoch) {
    std::vector<int32_t> order;
    for (int64_t n = 0; n < 40; ++n) {
      const Slate slate = slates.draw(40 * epoch + n);
      order.push_back(slate.user);
      EXPECT_TRUE(targets.insert({slate.user, slate.history_end}).second);  // all 6 of each come once
    }
    EXPECT_EQ(std::set<int32_t>(order.begin(), order.end()).size(), 40U);
    if (epoch == 0) first_order = order;
    if (epoch == 1) {
      EXPECT_NE(order, first_order);
    }
  }
}

TEST_F(Training, UsersBeginAnywhereAmongTheirTargets) {
  const Dataset many = testing::regular_dataset(1200, 12, 60);
  const Split of_many = make_split(many, {});
  const TrainingSlates slates(many, of_many, {});
  std::map<int32_t, int64_t> begins;
  for (int64_t n = 0; n < 1200; ++n) ++begins[slates.draw(n).history_end];
  ASSERT_EQ(begins.size(), 6U);
  for (const auto& [position, count] : begins) EXPECT_NEAR(count, 200, 65) << position;  // five deviations
}

/// The targets of one epoch by user, in the order in which they come.
std::map<int32_t, std::vector<Slate>> epoch_of(const TrainingSlates& slates, int64_t epoch) {
  std::map<int32_t, std::vector<Slate>> found;
  int32_t last_user = -1;
  for (int64_t n = 0; n < slates.epoch_size(); ++n) {
    const Slate slate = slates.draw(slates.epoch_size() * epoch + n);
    EXPECT_TRUE(slate.user == last_user || !found.contains(slate.user)) << "a user's slates lie apart";
    last_user = slate.user;
    found[slate.user].push_back(slate);
  }
  return found;
}

TEST_F(Training, ARunIsOfNeighbouringTargetsOfOneUserInOneWindow) {
  const TrainingSlates slates(dataset, split, {.targets_per_user = 4});
  EXPECT_EQ(slates.epoch_size(), 160);
  std::set<std::vector<int32_t>> candidates;
  int64_t whole = 0, wrapped = 0;
  for (int64_t epoch = 0; epoch < 3; ++epoch)
    for (const auto& [user, run] : epoch_of(slates, epoch)) {
      ASSERT_EQ(run.size(), 4U);
      size_t gaps = 0;
      for (size_t i = 0; i < run.size(); ++i) {
        candidates.insert(run[i].candidates);
        const bool end = i + 1 == run.size() || run[i + 1].history_end > run[i].history_end + 1;
        EXPECT_EQ(run[i].window_end == run[i].history_end, end);
        if (i + 1 == run.size()) continue;
        EXPECT_GT(run[i + 1].history_end, run[i].history_end);
        if (!end) {
          EXPECT_EQ(run[i].window_end, run[i + 1].window_end) << "neighbours have one window";
        }
        gaps += end;
      }
      ASSERT_LE(gaps, 1U);
      ++(gaps == 0 ? whole : wrapped);
      if (gaps == 0) continue;
      EXPECT_EQ(run.front().history_end, 4) << "the first target";
      EXPECT_EQ(run.back().history_end, 9) << "the last one";
    }
  EXPECT_GT(whole, 30);
  EXPECT_GT(wrapped, 30);
  EXPECT_GT(candidates.size(), 475U);  // each with negatives of its own
}

TEST_F(Training, AllTargetsComeEquallyOftenWhateverTheLengthOfARun) {
  for (int64_t targets = 1; targets <= 6; ++targets)
    for (int64_t run = 1; run <= 7; ++run) {
      SCOPED_TRACE(targets * 10 + run);
      const TrainingSlates slates(dataset, split, {.recent_targets = targets, .targets_per_user = run});
      std::map<std::pair<int32_t, int32_t>, int64_t> times;
      for (int64_t epoch = 0; epoch < targets; ++epoch)
        for (const auto& [user, own] : epoch_of(slates, epoch))
          for (const Slate& slate : own) ++times[{user, slate.history_end}];
      EXPECT_EQ(times.size(), static_cast<size_t>(40 * targets));
      for (const auto& [target, count] : times) EXPECT_EQ(count, std::min(run, targets));
    }
}

TEST_F(Training, UsersWithFewerTargetsHaveShorterRuns) {
  split.training_end[3] = 5;
  const TrainingSlates slates(dataset, split, {.recent_targets = 3, .targets_per_user = 4});
  EXPECT_EQ(slates.epoch_size(), 39 * 3 + 2);
  std::map<int32_t, std::vector<int32_t>> positions;
  for (int64_t n = 0; n < slates.epoch_size(); ++n) {
    const Slate slate = slates.draw(n);
    positions[slate.user].push_back(slate.history_end);
    EXPECT_EQ(slate.window_end, slate.user == 3 ? 4 : 9);
  }
  for (const auto& [user, own] : positions)
    EXPECT_EQ(own, user == 3 ? (std::vector<int32_t>{3, 4}) : (std::vector<int32_t>{7, 8, 9})) << user;
}

TEST_F(Training, ShortHistoriesBoundTheTargetsFromBelow) {
  TrainingSlates::Options options;
  options.min_history = 8;
  const TrainingSlates slates(dataset, split, options);
  for (int64_t n = 0; n < 200; ++n) EXPECT_GE(slates.draw(n).history_end, 8);
}

TEST_F(Training, HeldOutEventsAreNeverTargetsAndTrainedItemsNeverNegatives) {
  for (const char* negatives : {"uniform", "popularity"}) {
    TrainingSlates::Options options;
    options.negatives = negatives;
    const TrainingSlates slates(dataset, split, options);
    for (int64_t n = 0; n < 500; ++n) {
      const Slate slate = slates.draw(n);
      EXPECT_LT(slate.history_end, split.training_end[slate.user]);
      const int32_t target = dataset.events(slate.user)[static_cast<size_t>(slate.history_end)].item;
      const auto known = known_items(dataset, slate.user, split.training_end[slate.user]);
      ASSERT_EQ(slate.candidates.size(), 8U);
      EXPECT_EQ(std::count(slate.candidates.begin(), slate.candidates.end(), target), 1);
      for (const int32_t item : slate.candidates)
        EXPECT_TRUE(item == target || !std::binary_search(known.begin(), known.end(), item));
    }
  }
}

TEST_F(Training, WhatTheUserIsTestedOnIsANegativeAsOftenAsAnyOtherItem) {
  const TrainingSlates slates(dataset, split, {});
  int64_t held_out = 0, others = 0;
  for (int64_t n = 0; n < 8000; ++n) {
    const Slate slate = slates.draw(n);
    const auto later = dataset.events(slate.user).subspan(10);
    for (const int32_t item : slate.candidates)
      if (std::any_of(later.begin(), later.end(), [&](const auto& event) { return event.item == item; }))
        ++held_out;
      else
        ++others;
  }
  // 7 of the 50 items without a training event of the user; 2 of these are held out.
  EXPECT_NEAR(static_cast<double>(held_out), 8000 * 7 * 2 / 50.0, 200);
  EXPECT_EQ(held_out + others, 8000 * 8);
}

TEST_F(Training, EveryPlaceHoldsTheTargetEquallyOften) {
  const TrainingSlates slates(dataset, split, {});
  std::vector<int> places(8, 0);
  for (int64_t n = 0; n < 4000; ++n) {
    const Slate slate = slates.draw(n);
    ++places[static_cast<size_t>(std::find(slate.relevance.begin(), slate.relevance.end(), 1.0F) -
                                 slate.relevance.begin())];
  }
  for (const int count : places) EXPECT_NEAR(count, 500, 90);
}

TEST_F(Training, RefusesImpossibleOptions) {
  const auto refused = [&](TrainingSlates::Options options) {
    return testing::error_of(base::ErrorKind::kUsage,
                             [&] { TrainingSlates(dataset, split, options).draw(0); });
  };
  testing::expect_parts(refused({.min_history = 50}), {"at least 51 training events"});
  testing::expect_parts(refused({.negative_count = 58}), {"expected 58 negatives"});
  testing::expect_parts(refused({.recent_targets = 0}), {"recent_targets"});
  testing::expect_parts(refused({.min_history = 3, .withhold = 7}),
                        {"at least 11 training events", "withhold"});
  testing::expect_parts(refused({.withhold = -1}), {"withhold"});
  testing::expect_parts(refused({.negatives = "hard"}), {"uniform or popularity"});
}

/// Two users of 6 and 9 events with different items, 15 in all; 4 and 7 of the events are training's: 11 and
/// 8 items are left as negatives.
struct TwoTrainingUsers : ::testing::Test {
  Dataset dataset = testing::dataset_of({{0, 1, 2, 3, 4, 5}, {6, 7, 8, 9, 10, 11, 12, 13, 14}}, 20);
  Split split = make_split(dataset, five_negatives());

  TrainingSlates slates(const TrainingSlates::Options& options) { return {dataset, split, options}; }
  std::string refused(const TrainingSlates::Options& options) {
    return testing::error_of(base::ErrorKind::kUsage, [&] { slates(options); });
  }
};

TEST_F(TwoTrainingUsers, MayBeAskedForNoMoreNegativesThanAnyOfThemHasLeft) {
  const TrainingSlates most = slates({.negative_count = 8});
  for (int64_t n = 0; n < 50; ++n) EXPECT_EQ(most.draw(n).candidates.size(), 9U);
  testing::expect_parts(refused({.negative_count = 9}),
                        {"expected 9 negatives", "only 8 items", "lower negative_count to at most 8"});
}

TEST_F(TwoTrainingUsers, HaveFewerLeftWhereOnlyItemsOfTrainingEventsAreDrawn) {
  // Training events hold items 0-3 and 6-12, of which the second user knows all but 0-3.
  EXPECT_NO_THROW(slates({.negative_count = 4, .negatives = "popularity"}));
  testing::expect_parts(refused({.negative_count = 5, .negatives = "popularity"}),
                        {"expected 5 negatives", "only 4 items", "lower negative_count to at most 4"});
}

TEST_F(TwoTrainingUsers, WhoLeaveNothingAreNotHelpedByAskingForLess) {
  dataset = testing::dataset_of({{0, 1, 2, 3, 4, 5}, {0, 1, 2, 3, 6, 7}}, 20);
  SplitConfig config = five_negatives();
  config.negative_count = 1;
  split = make_split(dataset, config);
  const std::string text = refused({.negative_count = 1, .negatives = "popularity"});
  testing::expect_parts(text, {"only 0 items", "set negatives = uniform"});
  EXPECT_EQ(text.find("lower"), std::string::npos) << text;
  EXPECT_NO_THROW(slates({.negative_count = 1}));
  split.training_end = {6, 6};
  dataset = testing::dataset_of({{0, 1, 2, 3, 4, 5}, {0, 1, 2, 3, 4, 5}}, 20);
  testing::expect_parts(refused({.negative_count = 1}), {"only 0 items", "import more items"});
}

TEST_F(TwoTrainingUsers, OfWhomOneIsNeverDrawnAreBoundByTheOther) {
  split.training_end[1] = 3;
  EXPECT_EQ(slates({.negative_count = 11}).users(), 1);
  testing::expect_parts(refused({.negative_count = 12}), {"only 11 items"});
}

TEST_F(TwoTrainingUsers, WithTooFewEventsAreRefusedWithWhatToLower) {
  EXPECT_EQ(slates({.negative_count = 5, .min_history = 6}).users(), 1);
  testing::expect_parts(refused({.negative_count = 5, .min_history = 7}),
                        {"at least 8 training events", "found none", "lower min_history"});
}

TEST(TrainingUsers, OnlyThoseWithEnoughTrainingEventsCount) {
  const Dataset dataset = testing::dataset_of({{0, 1, 2, 3, 4, 5}, {6, 7, 8}, {9, 10, 11, 12}}, 40);
  const Split split = make_split(dataset, five_negatives());
  const TrainingSlates slates(dataset, split, {});
  EXPECT_EQ(slates.users(), 2);  // the third user is too short to be tested and trains on all four events
}

}  // namespace
}  // namespace r2rank::data
