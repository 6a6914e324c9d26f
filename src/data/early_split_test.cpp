#include "data/early_split.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "data/test_support.h"
#include "data/training_slates.h"

namespace r2rank::data {
namespace {

TEST(EarlySplit, KeepsAllButTheLastEventsAndNeverLessThanTheLeastHistory) {
  Split split;
  split.training_end = {10, 5, 4, 3, 0};
  EXPECT_EQ(early_split(split, 2, 3).training_end, (std::vector<int32_t>{8, 3, 3, 3, 0}));
  EXPECT_EQ(early_split(split, 1, 4).training_end, (std::vector<int32_t>{9, 4, 4, 3, 0}));
  EXPECT_EQ(early_split(split, 100, 0).training_end, (std::vector<int32_t>{0, 0, 0, 0, 0}));
}

TEST(EarlySplit, LeavesSlatesAndProtocolAlone) {
  const Dataset dataset = testing::regular_dataset(6, 8, 40);
  SplitConfig config;
  config.negative_count = 3;
  const Split split = make_split(dataset, config);
  const Split early = early_split(split, 1, 3);
  EXPECT_EQ(early.valid.hash, split.valid.hash);
  EXPECT_EQ(early.test.hash, split.test.hash);
  EXPECT_EQ(early.protocol.name(), split.protocol.name());
  EXPECT_NE(training_hash(early), training_hash(split));
}

TEST(EarlySplit, WithholdsExactlyTheTargetsOfTrainingSlates) {
  // Histories of all lengths.
  std::vector<std::vector<int32_t>> histories;
  for (int32_t user = 0; user < 9; ++user)
    for (auto& history = histories.emplace_back(); static_cast<int32_t>(history.size()) < user + 2;)
      history.push_back((user * 5 + static_cast<int32_t>(history.size()) * 3) % 40);
  const Dataset dataset = testing::dataset_of(histories, 40);
  Split split;
  for (int32_t user = 0; user < 9; ++user) split.training_end.push_back(user);
  for (const int64_t withhold : {1, 3}) {
    const Split early = early_split(split, withhold, 2);
    const TrainingSlates slates(dataset, split,
                                {.negative_count = 3, .recent_targets = withhold, .min_history = 2});
    std::set<std::pair<int32_t, int32_t>> targets, withheld;
    for (int64_t n = 0; n < 2000; ++n) {
      const Slate slate = slates.draw(n);
      targets.emplace(slate.user, slate.history_end);
    }
    for (int32_t user = 0; user < 9; ++user)
      for (int32_t event = early.training_end[user]; event < split.training_end[user]; ++event)
        withheld.emplace(user, event);
    EXPECT_EQ(targets, withheld);
  }
}

}  // namespace
}  // namespace r2rank::data
