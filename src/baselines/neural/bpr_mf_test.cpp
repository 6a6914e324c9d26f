#include "baselines/neural/bpr_mf.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "baselines/neural/trained_world.h"

namespace r2rank::baselines {
namespace {

TEST(BprMf, ScoresByTheTrainedUserWhateverTheHistory) {
  const auto dataset = testing::two_tastes();
  const auto split = testing::leave_last_two(dataset);
  const auto model = make_bpr_mf({dataset, split}, {.dimensions = 4}, 7);
  auto slate = testing::last_event_slate(dataset, 3, testing::all_items(dataset));
  const auto scores = model->score(slate);
  slate.history_end = 2;
  EXPECT_EQ(model->score(slate), scores);
}

TEST(BprMf, RegularisationKeepsEmbeddingsShort) {
  const auto dataset = testing::two_tastes();
  const auto split = testing::leave_last_two(dataset);
  const auto size = [&](double weight) {
    const auto model = make_bpr_mf({dataset, split},
                                   {.dimensions = 4,
                                    .learning_rate = 0.02,
                                    .batch = 64,
                                    .regularisation = weight,
                                    .squared_norms = true},
                                   7);
    testing::train(*model, 30);
    double sum = 0;
    for (const double score :
         model->score(testing::last_event_slate(dataset, 3, testing::all_items(dataset)))) {
      sum += std::abs(score);
    }
    return sum;
  };
  EXPECT_LT(size(0.5), 0.5 * size(0));
}

TEST(BprMf, RefusesSettingsOutOfRange) {
  const auto dataset = testing::two_tastes();
  const auto split = testing::leave_last_two(dataset);
  for (const auto& options : {PairwiseOptions{.dimensions = 0}, PairwiseOptions{.learning_rate = -1},
                              PairwiseOptions{.batch = 0}, PairwiseOptions{.regularisation = -1}}) {
    EXPECT_THROW(make_bpr_mf({dataset, split}, options, 7), base::Error);
  }
}

}  // namespace
}  // namespace r2rank::baselines
