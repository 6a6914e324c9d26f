#include "learn/training_stage.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/interrupt.h"
#include "learn/tiny_ranking_model.h"

namespace r2rank::learn {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;

/// A stage whose gradients are what the test says: it pulls every weight up by a constant.
class Pull : public TrainingStage {
 public:
  Pull(const OptimisationConfig& config, RankingModel& model, const base::Path& run, int64_t steps)
      : TrainingStage({"pulling", steps, false}, config, plan_memory(config, {.verb = "pull"}, *model.model),
                      model, {"pull", "{}", "data", "split"}, run, nullptr),
        steps_(steps) {}

  StepLog step() override {
    StepLog log = {{"pull", pull_}};
    for (auto& parameter : model_.model->parameters().all())
      if (parameter.trainable) parameter.gradient_sum().fill_(pull_);
    count_nonfinite(
        apply_gradients((static_cast<double>(state_.step) + 0.5) / static_cast<double>(steps_), log));
    ++state_.step;
    return log;
  }
  void pull(double value) { pull_ = value; }
  int begun() const { return begun_; }

 private:
  double progress() const override { return static_cast<double>(state_.step) / static_cast<double>(steps_); }
  std::string note(const StepLog&) override { return "pulled"; }
  void begin() override { ++begun_; }

  int64_t steps_;
  double pull_ = 1;
  int begun_ = 0;
};

class TrainingStages : public ::testing::Test {
 protected:
  TrainingStages() {
    testing::write_tiny_base(folder_.path() / "base");
    std::filesystem::create_directories(run_);
  }
  ~TrainingStages() override { base::set_interrupt_requested(false); }

  std::unique_ptr<Pull> start(int64_t steps = 4) {
    ranking_ = testing::open_tiny(has_checkpoint(run_) ? run_ / "checkpoint" : folder_.path() / "base");
    return std::make_unique<Pull>(config_, *ranking_, run_, steps);
  }

  data::testing::TemporaryFolder folder_;
  base::Path run_ = folder_.path() / "run";
  OptimisationConfig config_;
  std::unique_ptr<RankingModel> ranking_;
};

TEST_F(TrainingStages, RunToTheEndAndLeaveAModel) {
  start()->run();
  EXPECT_TRUE(std::filesystem::exists(run_ / "model/r2rank.json"));
  EXPECT_FALSE(has_checkpoint(run_));
  const auto training = nlohmann::json::parse(testing::open_tiny(run_)->training);
  EXPECT_EQ(training.at("step"), 4);
  EXPECT_EQ(training.at("dataset_hash"), "data");
  EXPECT_EQ(training.at("training_hash"), "split");
}

TEST_F(TrainingStages, BeginOnceAndNotAgainWhenResumed) {
  auto first = start();
  base::set_interrupt_requested(true);
  expect_parts(error_of(base::ErrorKind::kInterrupted, [&] { first->run(); }),
               {"[pull]", "step 1", "checkpoint is saved", "--resume"});
  base::set_interrupt_requested(false);
  EXPECT_EQ(first->begun(), 1);
  auto second = start();
  EXPECT_EQ(second->state().step, 1);
  second->run();
  EXPECT_EQ(second->begun(), 0);
}

TEST_F(TrainingStages, SkipGradientsThatAreNotFiniteAndStopAfterTooMany) {
  config_.nonfinite_limit = 3;
  auto stage = start(10);
  const auto weight = ranking_->model->transformer().layers[0].down.weight->master.detach().clone();
  stage->pull(std::nan(""));
  expect_parts(error_of(base::ErrorKind::kData, [&] { stage->run(); }), {"3 steps in a row", "not finite"});
  EXPECT_EQ(stage->state().nonfinite_steps, 3);
  EXPECT_TRUE(at::equal(weight, ranking_->model->transformer().layers[0].down.weight->master));
  EXPECT_TRUE(has_checkpoint(run_));
}

TEST_F(TrainingStages, LogRateAndNormOfEachStep) {
  config_.rate_warm_up = 0.5;
  const StepLog log = start()->step();
  ASSERT_EQ(log.size(), 3U);
  EXPECT_EQ(log[1].first, "gradient_norm");
  EXPECT_GT(log[1].second, 0);
  EXPECT_EQ(log[2].first, "learning_rate");
  EXPECT_NEAR(log[2].second, 0.25 * config_.learning_rate,
              1e-12);  // an eighth of the run, half of it warm-up
}

TEST_F(TrainingStages, RefuseACheckpointOfOtherRationales) {
  auto stage = start();
  base::set_interrupt_requested(true);
  EXPECT_THROW(stage->run(), base::Error);
  base::set_interrupt_requested(false);
  ranking_ = testing::open_tiny(run_ / "checkpoint");
  AdamW optimizer(ranking_->model->parameters(), AdamWOptions());
  expect_parts(
      error_of(base::ErrorKind::kUsage,
               [&] { load_checkpoint(run_, optimizer, nullptr, {"pull", "{}", "data", "split", "others"}); }),
      {"[pull]", "other rationales"});
}

}  // namespace
}  // namespace r2rank::learn
