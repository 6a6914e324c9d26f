#include "rollout/slate_items.h"

#include <gtest/gtest.h>

#include "data/test_support.h"

namespace r2rank::rollout {
namespace {

class SlateItemsTest : public testing::Test {
 protected:
  // u0 chose items 0 1 2 3 4; u1 chose 2 3; the last event of each is held out.
  SlateItemsTest() { split_.training_end = {4, 1}; }

  data::Dataset dataset_ = data::testing::dataset_of({{0, 1, 2, 3, 4}, {2, 3}}, 8);
  data::Split split_;
  data::Slate training_ = {
      .id = 7, .user = 0, .history_end = 2, .candidates = {5, 2, 3}, .relevance = {0, 1, 0}};
};

TEST_F(SlateItemsTest, ShowTheLatestEventsBeforeTheTarget) {
  const SlateItems items(dataset_, split_);
  ASSERT_EQ(items.history(training_, 5).size(), 2U);
  EXPECT_EQ(items.history(training_, 5)[0].title, "Title 0");
  ASSERT_EQ(items.history(training_, 1).size(), 1U);
  EXPECT_EQ(items.history(training_, 1)[0].title, "Title 1");
  EXPECT_EQ(items.history(training_, 1)[0].rating, 4);
  EXPECT_TRUE(items.history(training_, 0).empty());
}

TEST_F(SlateItemsTest, ShowAHistoryFromWhereTheWindowOfTheLastSlateBegins) {
  const SlateItems items(dataset_, split_);
  data::Slate slate = training_;
  slate.history_end = 3;
  slate.window_end = 4;
  ASSERT_EQ(items.history(slate, 3).size(), 2U);  // events 1 to 3 of a slate that ends at 4
  EXPECT_EQ(items.history(slate, 3)[0].title, "Title 1");
  EXPECT_EQ(items.history(slate, 1).size(), 1U);  // never nothing
  EXPECT_TRUE(items.history(slate, 0).empty());
  slate.window_end = 2;
  EXPECT_EQ(items.history(slate, 2).size(), 2U);
}

TEST_F(SlateItemsTest, ShowTheWholeHistoryWhereThereIsNoTarget) {
  const SlateItems items(dataset_, split_);
  data::Slate slate = training_;
  slate.history_end = 5;
  ASSERT_EQ(items.history(slate, 2).size(), 2U);
  EXPECT_EQ(items.history(slate, 2)[1].title, "Title 4");
  EXPECT_EQ(items.candidate(slate, 2, true).count, 2) << "nothing to take out";
}

TEST_F(SlateItemsTest, TakeTheTargetsOwnEventOutOfItsStatistics) {
  const SlateItems items(dataset_, split_);
  EXPECT_EQ(items.candidate(training_, 2, false).count, 2);
  EXPECT_EQ(items.candidate(training_, 2, true).count, 1);
  EXPECT_EQ(items.candidate(training_, 3, true).count, 1);  // u0's, u1's is held out
  EXPECT_EQ(items.candidate(training_, 5, true).count, 0);
  EXPECT_LT(items.candidate(training_, 5, true).mean_rating, 0);
}

}  // namespace
}  // namespace r2rank::rollout
