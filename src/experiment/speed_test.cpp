#include "experiment/speed.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "learn/tiny_ranking_model.h"

namespace r2rank::experiment {
namespace {

constexpr Workload kSmall{
    .history = 7, .candidates = 3, .candidate = 4, .rationales = 2, .rationale_tokens = 5};

class Speed : public ::testing::Test {
 protected:
  Speed() {
    learn::testing::write_tiny_base(folder_.path() / "base");
    ranking_ = learn::testing::open_tiny(folder_.path() / "base");
  }
  data::testing::TemporaryFolder folder_;
  std::unique_ptr<learn::RankingModel> ranking_;
};

TEST_F(Speed, EveryOperationIsTimedAsOftenAsAsked) {
  SpeedBench bench(*ranking_->model, kSmall, 2);
  for (const auto& name : SpeedBench::names()) {
    const auto result = bench.run(name);
    EXPECT_EQ(result.name, name);
    EXPECT_EQ(result.seconds.size(), 2U) << name;
    EXPECT_GT(result.median_seconds(), 0) << name;
    EXPECT_FALSE(result.work.empty()) << name;
  }
}

TEST_F(Speed, CountsTheTokensOfTheWork) {
  SpeedBench bench(*ranking_->model, kSmall, 1);
  EXPECT_EQ(bench.run("prefill").units, 7 + 3 * 4);
  EXPECT_EQ(bench.run("decode_20").units, 20 * 5);
  EXPECT_EQ(bench.run("rollout").units, 3 * 2 * 5);
  EXPECT_EQ(bench.run("training_pass").units, 7 + 3 * 4 + 3 * 2 * 5);
}

TEST_F(Speed, LeavesTheWeightsAsTheyWere) {
  auto& weights = ranking_->model->parameters().all().front().master;
  const at::Tensor before = weights.clone();
  SpeedBench(*ranking_->model, kSmall, 1).run("rl_step");
  EXPECT_TRUE(at::equal(before, weights));
}

TEST_F(Speed, RefusesAnOperationThatDoesNotExist) {
  SpeedBench bench(*ranking_->model, kSmall, 1);
  EXPECT_THROW(bench.run("decode_7"), base::Error);
}

TEST(SpeedResult, MedianIsTheMiddleOrTheMeanOfTheTwoMiddleOnes) {
  SpeedResult result;
  result.seconds = {3, 1, 2};
  EXPECT_EQ(result.median_seconds(), 2);
  result.seconds = {4, 1, 2, 3};
  EXPECT_EQ(result.median_seconds(), 2.5);
}

}  // namespace
}  // namespace r2rank::experiment
