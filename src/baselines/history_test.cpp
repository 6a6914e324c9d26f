#include "baselines/history.h"

#include <gtest/gtest.h>

#include "baselines/test_data.h"

namespace r2rank::baselines {
namespace {

using Items = std::vector<int32_t>;

TEST(History, EndsBeforeTheTarget) {
  const auto dataset = testing::dataset_of({{1, 0}, {4, 2, 2, 3, 0}}, 5);
  const auto slate = testing::last_event_slate(dataset, 1, {0, 1});
  EXPECT_EQ(history_of(dataset, slate).size(), 4U);
  EXPECT_EQ(history_of(dataset, slate).back().item, 3);
}

TEST(History, RecentItemsAreTheLastOnesInOrder) {
  const auto dataset = testing::dataset_of({{4, 2, 2, 3, 0}}, 5);
  const auto slate = testing::last_event_slate(dataset, 0, {0, 1});
  EXPECT_EQ(recent_items(dataset, slate, 3), (Items{2, 2, 3}));
  EXPECT_EQ(recent_items(dataset, slate, 10), (Items{4, 2, 2, 3}));
}

TEST(History, DistinctItemsHaveNoRepeats) {
  const auto dataset = testing::dataset_of({{4, 2, 2, 3, 0}}, 5);
  EXPECT_EQ(distinct_items(dataset.events(0)), (Items{0, 2, 3, 4}));
  EXPECT_TRUE(distinct_items({}).empty());
}

TEST(HistoryDeathTest, BeyondTheUsersEventsIsOurMistake) {
  const auto dataset = testing::dataset_of({{0, 1}}, 2);
  data::Slate slate = testing::last_event_slate(dataset, 0, {0, 1});
  slate.history_end = 3;
  EXPECT_DEATH(history_of(dataset, slate), "internal invariant");
}

}  // namespace
}  // namespace r2rank::baselines
