#include "experiment/item_distance.h"

#include <gtest/gtest.h>

#include <cmath>

#include "baselines/test_data.h"

namespace r2rank::experiment {
namespace {

TEST(CategoryDistance, IsTheShareOfCategoriesThatOnlyOneHas) {
  auto dataset = baselines::testing::dataset_of({{0}}, 4);
  dataset.items[0].categories = {"a", "b", "c"};
  dataset.items[1].categories = {"b", "d", "b"};
  dataset.items[2].categories = {"c", "b", "a"};
  const CategoryDistance distance(dataset);
  EXPECT_DOUBLE_EQ(distance(0, 1), 1 - 1.0 / 4);
  EXPECT_EQ(distance(0, 2), 0);
  EXPECT_EQ(distance(0, 3), 1);
  EXPECT_EQ(distance(3, 3), 1) << "nothing is known of an item without categories";
  EXPECT_TRUE(distance.has_category(0));
  EXPECT_FALSE(distance.has_category(3));
}

TEST(CooccurrenceDistance, IsOneMinusTheCosineOfTheItemsUsers) {
  // Training events, without the last two of each user: item 0 of users 0, 1, 2; item 1 of users 1, 2
  // (twice).
  const auto dataset =
      baselines::testing::dataset_of({{0, 9, 9}, {0, 1, 9, 9}, {0, 1, 1, 9, 9}, {2, 9, 9}}, 10);
  CooccurrenceDistance distance(dataset, baselines::testing::leave_last_two(dataset));
  EXPECT_NEAR(distance(0, 1), 1 - 2 / std::sqrt(6.0), 1e-7);
  EXPECT_EQ(distance(0, 1), distance(1, 0));
  EXPECT_EQ(distance(0, 2), 1);
  EXPECT_EQ(distance(0, 9), 1) << "no training event";
  EXPECT_EQ(distance(0, 0), 0);
}

}  // namespace
}  // namespace r2rank::experiment
