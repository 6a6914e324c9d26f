#include "experiment/cost.h"

#include <gtest/gtest.h>

#include "learn/tiny_ranking_model.h"

namespace r2rank::experiment {
namespace {

class Cost : public ::testing::Test {
 protected:
  Cost() {
    learn::testing::write_tiny_base(folder_.path() / "base");
    model_ = learn::testing::open_tiny(folder_.path() / "base");
    config_.stage = "rl";
    config_.steps = 10;
    config_.negatives = 3;
    config_.slates_per_step = 2;
    config_.rationale_tokens = 4;
  }
  TrainingCost cost() { return estimate_training(config_, *model_, dataset_, split_); }

  data::testing::TemporaryFolder folder_;
  data::Dataset dataset_ = learn::testing::red_or_blue();
  data::Split split_ = learn::testing::split_of(dataset_);
  std::unique_ptr<learn::RankingModel> model_;
  learn::TrainConfig config_;
};

TEST_F(Cost, EveryNumberIsPositive) {
  const auto found = cost();
  EXPECT_GT(found.tokens_per_step, 0);
  EXPECT_EQ(found.sampled_tokens_per_step, 2 * 4 * 2 * 4);
  EXPECT_GT(found.seconds_per_step, 0);
  EXPECT_EQ(found.steps, 10);
  EXPECT_NEAR(found.seconds, 10 * found.seconds_per_step, 1e-9 * found.seconds);
  EXPECT_GT(found.memory_bytes, 0);
  EXPECT_GT(found.disk_bytes, 0);
}

TEST_F(Cost, GrowsWithTheWork) {
  const auto small = cost();
  config_.rationales = 8;
  config_.rationale_tokens = 64;
  const auto reasoned = cost();
  EXPECT_GT(reasoned.tokens_per_step, small.tokens_per_step);
  EXPECT_GT(reasoned.sampled_tokens_per_step, small.sampled_tokens_per_step);
  config_.slates_per_step = 4;
  EXPECT_EQ(cost().tokens_per_step, 2 * reasoned.tokens_per_step);
}

TEST_F(Cost, ASilentStepSamplesNothing) {
  const auto reasoned = cost();
  config_.stage = "silent";
  const auto silent = cost();
  EXPECT_EQ(silent.sampled_tokens_per_step, 0);
  EXPECT_LT(silent.tokens_per_step, reasoned.tokens_per_step);
}

TEST_F(Cost, ABudgetOfMinutesBoundsTheTime) {
  config_.steps = 1000000000;
  config_.minutes = 2;
  EXPECT_EQ(cost().seconds, 120);
  config_.steps = 0;
  EXPECT_EQ(cost().seconds, 120);
}

TEST_F(Cost, TuningLessTakesLessMemory) {
  const double full = cost().memory_bytes;
  model_ = learn::testing::open_tiny(folder_.path() / "base", "head");
  EXPECT_LT(cost().memory_bytes, full);
}

}  // namespace
}  // namespace r2rank::experiment
