#include "data/training_slates.h"

#include <algorithm>
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
