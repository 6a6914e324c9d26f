#include "baselines/neural/interaction_graph.h"

#include <gtest/gtest.h>

#include "baselines/test_data.h"

namespace r2rank::baselines {
namespace {

class SmallGraph : public ::testing::Test {
 protected:
  data::Dataset dataset_ = testing::dataset_of({{2, 0, 2, 1, 1}, {2, 3, 3}, {0}}, 4);
  data::Split split_ = testing::leave_last_two(dataset_);
  InteractionGraph graph_ = training_graph({dataset_, split_});
};

TEST_F(SmallGraph, JoinsUsersToTheirDifferentTrainingItems) {
  ASSERT_EQ(graph_.items_of.nodes(), 3);
  const auto first = graph_.items_of.of(0);
  EXPECT_EQ(std::vector<int32_t>(first.begin(), first.end()), (std::vector<int32_t>{0, 2}));
  EXPECT_EQ(graph_.items_of.degree(1), 1);
  EXPECT_EQ(graph_.items_of.degree(2), 0);
}

TEST_F(SmallGraph, JoinsItemsToTheSameUsers) {
  ASSERT_EQ(graph_.users_of.nodes(), 4);
  const auto users = graph_.users_of.of(2);
  EXPECT_EQ(std::vector<int32_t>(users.begin(), users.end()), (std::vector<int32_t>{0, 1}));
  EXPECT_EQ(graph_.users_of.degree(1), 0);
  EXPECT_EQ(graph_.users_of.neighbours.size(), graph_.items_of.neighbours.size());
}

TEST_F(SmallGraph, KeepsRepeatedEvents) {
  EXPECT_EQ(graph_.events.size(), 4U);
}

TEST_F(SmallGraph, WeighsNodesByTheRootOfTheirDegree) {
  const auto scales = inverse_root_degrees(graph_.items_of);
  EXPECT_FLOAT_EQ(scales[0], 0.70710678F);
  EXPECT_FLOAT_EQ(scales[1], 1);
  EXPECT_EQ(scales[2], 0);
}

}  // namespace
}  // namespace r2rank::baselines
