#include "data/item_statistics.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

TEST(ItemStatistics, CountTrainingEventsOnly) {
  Dataset dataset = testing::dataset_of({{0, 1, 2}, {0, 2, 1}}, 4);
  dataset.interactions[0].rating = 5;
  dataset.interactions[3].rating = 2;
  dataset.interactions[1].rating = std::numeric_limits<float>::quiet_NaN();
  Split split;
  split.training_end = {2, 1};
  const ItemStatistics statistics = item_statistics(dataset, split);
  EXPECT_EQ(statistics.count, (std::vector<int32_t>{2, 1, 0, 0}));
  EXPECT_EQ(statistics.rated, (std::vector<int32_t>{2, 0, 0, 0}));
  EXPECT_FLOAT_EQ(statistics.mean_rating[0], 3.5F);
  EXPECT_TRUE(std::isnan(statistics.mean_rating[1]));  // trained on, but unrated
  EXPECT_TRUE(std::isnan(statistics.mean_rating[2]));  // rated, but held out
}

}  // namespace
}  // namespace r2rank::data
