#include "distill/asked_pairs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "data/test_support.h"

namespace r2rank::distill {
namespace {

class AskedPairsTest : public ::testing::Test {
 protected:
  // The last two events of each of twenty users are held out.
  AskedPairsTest() { split_.training_end.assign(20, 8); }
  AskedPairs draw(int64_t count, int64_t negatives = 1) const {
    return draw_pairs(data::TrainingSlates(dataset_, split_, {.negative_count = 4}), count, negatives);
  }

  data::Dataset dataset_ = data::testing::regular_dataset(20, 10, 60);
  data::Split split_;
};

TEST_F(AskedPairsTest, AreHalfNextItemsOfTrainingAndHalfNegatives) {
  const auto asked = draw(60);
  ASSERT_EQ(asked.pairs.size(), 60U);
  int64_t positives = 0;
  for (const auto& pair : asked.pairs) {
    const data::Slate& slate = asked.slate_of(pair);
    const auto events = dataset_.events(slate.user);
    ASSERT_LT(slate.history_end, 8);  // never an event that is validated or tested
    EXPECT_EQ(pair.label, events[slate.history_end].item == pair.item);
    EXPECT_NE(std::find(slate.candidates.begin(), slate.candidates.end(), pair.item), slate.candidates.end());
    positives += pair.label ? 1 : 0;
  }
  EXPECT_EQ(positives, 30);
}

TEST_F(AskedPairsTest, AskAboutNothingTwice) {
  const auto asked = draw(60, 2);
  std::set<std::tuple<int32_t, int32_t, int32_t>> distinct;
  for (const auto& pair : asked.pairs)
    distinct.emplace(asked.slate_of(pair).user, asked.slate_of(pair).history_end, pair.item);
  EXPECT_EQ(distinct.size(), asked.pairs.size());
}

TEST_F(AskedPairsTest, EndWhereThereAreNoMoreTargets) {
  const auto asked = draw(100000);
  EXPECT_EQ(asked.pairs.size(), 2U * 20 * 5);  // places 3 to 7 of twenty users
}

TEST_F(AskedPairsTest, AreTheBeginningOfMore) {
  const auto few = draw(10), many = draw(40);
  for (size_t i = 0; i < few.pairs.size(); ++i) EXPECT_EQ(few.pairs[i].item, many.pairs[i].item);
}

TEST_F(AskedPairsTest, GoOnBehindTheSlatesThatAModelWasTrainedOn) {
  const auto beginning = draw(6), both = draw(12);
  const auto more =
      draw_pairs(data::TrainingSlates(dataset_, split_, {.negative_count = 4}), 6, 1, beginning.next_slate);
  EXPECT_GE(beginning.next_slate, 3);
  ASSERT_EQ(more.slates.size(), 3U);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(more.slates[i].id, both.slates[i + 3].id);
}

TEST_F(AskedPairsTest, CanBeNextItemsAlone) {
  for (const auto& pair : draw(20, 0).pairs) EXPECT_TRUE(pair.label);
}

}  // namespace
}  // namespace r2rank::distill
