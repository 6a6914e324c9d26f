#include "baselines/training_matrix.h"

#include <gtest/gtest.h>

#include "baselines/test_data.h"

namespace r2rank::baselines {
namespace {

TEST(TrainingMatrix, HoldsEachItemOfTheTrainingEventsOnceInOrder) {
  const auto dataset = testing::dataset_of({{4, 1, 4, 2, 0}, {3, 3}, {}}, 5);
  const auto split = testing::leave_last_two(dataset);
  const auto matrix = training_matrix({dataset, split});
  ASSERT_EQ(matrix.rows(), 3);
  ASSERT_EQ(matrix.row(0).size(), 2U);
  EXPECT_EQ(matrix.row(0)[0].column, 1);
  EXPECT_EQ(matrix.row(0)[1].column, 4);
  EXPECT_EQ(matrix.row(0)[1].value, 1.0F);
  EXPECT_EQ(matrix.entries(), 2);
}

}  // namespace
}  // namespace r2rank::baselines
