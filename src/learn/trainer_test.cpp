#include "learn/trainer.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/interrupt.h"
#include "learn/tiny_training_run.h"

namespace r2rank::learn {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;
using testing::config_of;
using testing::open_tiny;
using testing::TrainingRun;

constexpr const char* kChildFolder = "R2RANK_TRAINER_TEST_FOLDER";

class TrainerTest : public testing::TrainingRuns {
 protected:
  void expect_same_model(const std::string& one, const std::string& other) {
    for (const char* file : {"model.safetensors", "extra.safetensors"}) {
      const std::string bytes = base::read_file(folder_.path() / one / "model" / file);
      EXPECT_FALSE(bytes.empty());
      EXPECT_TRUE(bytes == base::read_file(folder_.path() / other / "model" / file)) << file << " differs";
    }
    EXPECT_EQ(logged(one), logged(other));
  }

  double mean_of(const std::vector<nlohmann::json>& lines, const std::string& key, size_t begin, size_t end) {
    double sum = 0;
    for (size_t i = begin; i < end; ++i) sum += lines.at(i).at(key).get<double>();
    return sum / static_cast<double>(end - begin);
  }

  void kill_in_the_middle(const std::string& name);
};

TEST_F(TrainerTest, ASilentRunThatIsResumedRepeatsAnUninterruptedOneBitForBit) {
  expect_resumed_run_repeats(config_of("silent"));
}

TEST_F(TrainerTest, ALoraRunThatIsResumedRepeatsAnUninterruptedOneBitForBit) {
  auto config = config_of("rl");
  config.model_options = testing::tiny_options("lora");
  expect_resumed_run_repeats(config);
}

TEST_F(TrainerTest, RunsInBf16ThatAreResumedRepeatUninterruptedOnesBitForBit) {
  for (const char* tuning : {"full", "lora"}) {
    auto config = config_of("rl");
    config.model_options = testing::tiny_options(tuning);
    config.model_options.dtype = "bf16";
    expect_resumed_run_repeats(config);
    for (const char* run : {"whole", "halves"}) std::filesystem::remove_all(folder_.path() / run);
  }
}

TrainConfig with_critic(const std::string& stage) {
  auto config = config_of(stage);
  config.list_objective = "ndcg";
  config.estimator = "reinforce-pl";
  config.ranking_baseline = "critic";
  config.rankings = 1;
  config.critic_learning_rate = 1e-2;
  return config;
}

TEST_F(TrainerTest, ARunWithACriticThatIsResumedRepeatsAnUninterruptedOneBitForBit) {
  expect_resumed_run_repeats(with_critic("rl"));
}

TEST_F(TrainerTest, ACriticLearnsTheRewardsOfItsRankings) {
  auto config = with_critic("silent");
  config.steps = 60;
  config.learning_rate = config.readout_learning_rate = 0;  // so that the rewards stay what they are
  train(config, "critic");
  const auto lines = logged("critic");
  EXPECT_LT(mean_of(lines, "critic_error", 40, 60), 0.7 * mean_of(lines, "critic_error", 0, 5));
}

TEST_F(TrainerTest, ACheckpointWithoutItsCriticIsRefused) {
  auto config = with_critic("rl");
  config.checkpoint_minutes = 0;
  TrainingRun run = start(config, "run");
  base::set_interrupt_requested(true);
  EXPECT_THROW(run.trainer->run(), base::Error);
  base::set_interrupt_requested(false);
  std::filesystem::remove(folder_.path() / "run/checkpoint/critic.safetensors");
  EXPECT_THROW(start(config, "run"), base::Error);
}

TEST_F(TrainerTest, SeveralEpochsKeepTheValuesOfTheFirst) {
  auto config = with_critic("rl");
  config.epochs = 3;
  for (const auto& [key, value] : start(config, "epochs").trainer->step())
    EXPECT_TRUE(std::isfinite(value)) << key;
}

/// Not a test of its own: what the test below starts as another process and kills. Only that process
/// registers it.
class TrainsUntilItIsKilled : public ::testing::Test {
  void TestBody() override {
    const base::Path folder = std::getenv(kChildFolder);
    auto config = config_of("rl");
    config.checkpoint_minutes = 0;
    TrainingRun(config, folder / "base", folder / "killed").trainer->run();
  }
};

[[maybe_unused]] const bool is_child = [] {
  if (std::getenv(kChildFolder) == nullptr) return false;
  ::testing::RegisterTest("TrainerChild", "TrainsUntilItIsKilled", nullptr, nullptr, __FILE__, __LINE__,
                          []() -> ::testing::Test* { return new TrainsUntilItIsKilled; });
  return true;
}();

void TrainerTest::kill_in_the_middle(const std::string& name) {
  const base::Path state = run_folder(name) / "checkpoint" / "state.json";
  ASSERT_EQ(setenv(kChildFolder, folder_.path().c_str(), 1), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    execl("/proc/self/exe", "r2rank_learn_test", "--gtest_filter=TrainerChild.*", "--gtest_brief=1", nullptr);
    _exit(127);
  }
  unsetenv(kChildFolder);
  const auto reached_ten = [&] {
    std::ifstream file(state);
    const auto document = nlohmann::json::parse(file, nullptr, false);
    return document.is_object() && document.at("step").get<int64_t>() >= 10;
  };
  int status = 0;
  while (!reached_ten() && waitpid(child, &status, WNOHANG) == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "the child ended by itself";
}

TEST_F(TrainerTest, ARunKilledInTheMiddleIsResumedAndRepeatsAnUninterruptedOneBitForBit) {
  auto config = config_of("rl");
  config.checkpoint_minutes = 0;
  train(config, "whole");
  kill_in_the_middle("killed");
  ASSERT_TRUE(has_checkpoint(folder_.path() / "killed"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "killed" / "model"));
  train(config, "killed");
  expect_same_model("whole", "killed");
  EXPECT_EQ(logged("killed").size(), 20U);
}

TEST_F(TrainerTest, TheSameSeedGivesTheSameRunAndAnotherSeedAnotherOne) {
  auto config = config_of("rl");
  config.steps = 4;
  train(config, "one");
  train(config, "two");
  expect_same_model("one", "two");
  config.model_options.seed = 8;
  train(config, "other");
  EXPECT_NE(logged("one"), logged("other"));
}

TEST_F(TrainerTest, LearnsWhichWordDecides) {
  auto config = config_of("silent");
  config.steps = 60;
  config.slates_per_step = 4;
  config.list_objective = "ndcg";
  config.learning_rate = 3e-3;
  train(config, "run");
  const auto lines = logged("run");
  ASSERT_EQ(lines.size(), 60U);
  const double before = mean_of(lines, "utility_silent", 0, 10),
               after = mean_of(lines, "utility_silent", 50, 60);
  EXPECT_GT(after, before + 0.1);
  EXPECT_GT(mean_of(lines, "ndcg_silent", 50, 60), 0.9);
  EXPECT_LT(mean_of(lines, "ndcg_incoming", 0, 60), 0.8);
}

TEST_F(TrainerTest, ALaterStageGoesOnBehindTheSlatesOfItsStart) {
  auto config = config_of("silent");
  config.steps = 8;
  train(config, "whole");
  config.steps = 4;
  train(config, "first");
  TrainingRun second(config, folder_.path() / "first", run_folder("second"));
  EXPECT_EQ(second.trainer->state().next_slate, 8);
  second.trainer->run();
  EXPECT_EQ(card_of("second").at("slates"), 8);
  EXPECT_EQ(card_of("second").at("next_slate"), 16);
  const auto whole = logged("whole"), later = logged("second");
  for (size_t step = 0; step < 4; ++step)  // of the slates alone
    EXPECT_EQ(later.at(step).at("ndcg_incoming"), whole.at(step + 4).at("ndcg_incoming"));
}

TEST_F(TrainerTest, NeighbouringTargetsShareTheirHistoryAndAResumedRunRepeats) {
  auto config = config_of("silent");
  config.slates_per_step = 4;
  config.targets_per_user = 2;
  expect_resumed_run_repeats(config);
  const auto dataset = testing::red_or_blue();
  const auto split = testing::split_of(dataset);
  const data::TrainingSlates slates(dataset, split, config.drawing(7));
  const auto model = testing::open_tiny(base_);
  const rollout::SlatePrompts prompts(dataset, split, *model->prompts);
  int64_t n = 0;
  while (slates.draw(n + 1).history_end != slates.draw(n).history_end + 1)
    n += 2;  // both ends of the targets
  data::Slate first = slates.draw(n);
  const data::Slate second = slates.draw(n + 1);
  ASSERT_EQ(first.user, second.user);
  const auto tokens_after_first = [&] {
    const auto before = prompts.prepare(first, true);
    return rollout::slate_tokens(prompts.prepare(second, true), model->reasoner->frame(), 0, 0, &before);
  };
  const int64_t in_one_window = tokens_after_first();
  first.window_end = first.history_end;
  EXPECT_LT(in_one_window, tokens_after_first());
}

TEST_F(TrainerTest, AFinishedRunLeavesAModelAndNoCheckpoint) {
  auto config = config_of("silent");
  config.steps = 2;
  config.checkpoint_minutes = 0;
  train(config, "run");
  EXPECT_FALSE(has_checkpoint(folder_.path() / "run"));
  const auto model = open_tiny(folder_.path() / "run");
  EXPECT_EQ(nlohmann::json::parse(model->training).at("step"), 2);
  EXPECT_EQ(nlohmann::json::parse(model->training).at("slates"), 4);
}

TEST_F(TrainerTest, AModelThatCannotBeWrittenIsWrittenLaterFromTheCheckpointLeftInItsPlace) {
  auto config = config_of("rl");
  config.steps = 3;
  train(config, "whole");
  const base::Path run = run_folder("run");
  std::filesystem::create_symlink("nowhere", run / "model");  // no folder can be renamed onto it
  expect_parts(error_of(base::ErrorKind::kIo, [&] { train(config, "run"); }), {"run/model"});
  ASSERT_TRUE(has_checkpoint(run));
  std::filesystem::remove(run / "model");
  {
    TrainingRun again = start(config, "run");
    EXPECT_EQ(again.trainer->state().step, 3);
    again.trainer->run();
    EXPECT_EQ(again.trainer->state().step, 3);  // no step more: the budget is spent
  }
  expect_same_model("whole", "run");
  EXPECT_FALSE(has_checkpoint(run));
}

TEST_F(TrainerTest, RefusesDataThatCannotGiveItsTrainingSlates) {
  const data::Dataset dataset = testing::red_or_blue();
  const data::Split split = testing::split_of(dataset);
  auto config = config_of("silent");
  const auto check = [&] { check_training_data(config, dataset, split); };
  config.negative_count = 18;  // each user who trains does so on 6 of the 8 red items of 24
  EXPECT_NO_THROW(check());
  config.negative_count = 19;
  expect_parts(error_of(base::ErrorKind::kUsage, check),
               {"expected 19 negatives", "only 18 items", "lower negative_count to at most 18"});
  config.negative_count = 3;
  config.min_history = 5;  // of 6 training events
  EXPECT_NO_THROW(check());
  config.min_history = 6;
  expect_parts(error_of(base::ErrorKind::kUsage, check),
               {"at least 7 training events", "found none", "lower min_history"});
  config.min_history = 3;
  config.valid_slates = 10;
  EXPECT_NO_THROW(check());
  EXPECT_FALSE(split.valid.slates.empty());
  data::Split without = split;
  without.valid.slates.clear();
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { check_training_data(config, dataset, without); }),
               {"valid_slates = 10", "--valid-users"});
}

TEST_F(TrainerTest, CtrlCLeavesACheckpointAndSaysHowToResume) {
  TrainingRun run = start(config_of("silent"), "run");
  base::set_interrupt_requested(true);
  expect_parts(error_of(base::ErrorKind::kInterrupted, [&] { run.trainer->run(); }),
               {"step 1", "checkpoint is saved", "--resume"});
  EXPECT_TRUE(has_checkpoint(folder_.path() / "run"));
  base::set_interrupt_requested(false);
  EXPECT_EQ(start(config_of("silent"), "run").trainer->state().step, 1);
}

class InterruptedRun : public TrainerTest {
 protected:
  InterruptedRun() {
    base::set_interrupt_requested(true);
    EXPECT_THROW(train(config_of("silent"), "run"), base::Error);
    base::set_interrupt_requested(false);
  }
};

TEST_F(InterruptedRun, IsNotResumedWithAnotherSetting) {
  auto config = config_of("silent");
  config.tau = 0.5;
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { start(config, "run"); }),
               {"tau = 1", "0.5", "same settings", "--output"});
}

TEST_F(InterruptedRun, IsResumedWithMoreStepsOrMinutes) {
  auto config = config_of("silent");
  config.steps = 30;
  config.minutes = 5;
  EXPECT_EQ(start(config, "run").trainer->state().step, 1);
}

TEST_F(InterruptedRun, IsNotResumedOnAnotherDataset) {
  TrainingRun run = start(config_of("silent"), "other");
  run.dataset.hash = "of another dataset";
  expect_parts(
      error_of(base::ErrorKind::kUsage,
               [&] { Trainer(run.config, *run.model, run.dataset, run.split, folder_.path() / "run"); }),
      {"another dataset or split", "--output"});
}

TEST_F(InterruptedRun, IsNotResumedOnASplitThatTrainsOnOtherEvents) {
  TrainingRun run = start(config_of("silent"), "other");
  --run.split.training_end.back();
  expect_parts(
      error_of(base::ErrorKind::kUsage,
               [&] { Trainer(run.config, *run.model, run.dataset, run.split, folder_.path() / "run"); }),
      {"another dataset or split", "--output"});
}

TEST_F(InterruptedRun, KnowsTheTypeItComputesIn) {
  EXPECT_EQ(checkpoint_dtype(folder_.path() / "run", "train"), "f32");
}

TEST_F(InterruptedRun, IsNotResumedFromADamagedCheckpoint) {
  const base::Path checkpoint = folder_.path() / "run" / "checkpoint";
  const auto refused = [&] {
    return error_of(base::ErrorKind::kData, [&] { start(config_of("silent"), "run"); });
  };
  const std::string moments = base::read_file(checkpoint / "optimizer.safetensors");
  base::write_file(checkpoint / "optimizer.safetensors", moments.substr(0, moments.size() / 2));
  expect_parts(refused(), {"optimizer.safetensors"});
  base::write_file(checkpoint / "optimizer.safetensors", moments);
  const std::string state = base::read_file(checkpoint / "state.json");
  base::write_file(checkpoint / "state.json", state.substr(0, state.size() / 2));
  expect_parts(refused(), {"state.json", "damaged"});
  base::write_file(checkpoint / "state.json", R"({"format": "r2rank-checkpoint", "version": 99})");
  expect_parts(refused(), {"state.json", "version 1 or older", "found 99"});
}

/// Sets one weight of the final norm to NaN or to a number.
void set_final_norm(RankingModel& model, float value) {
  at::NoGradGuard no_grad;
  model.model->transformer().final_norm->master[0].fill_(value);
  model.model->parameters().publish();
}

TEST_F(TrainerTest, AGradientThatIsNotFiniteIsSkippedAndCounted) {
  for (const char* stage : {"silent", "rl"}) {
    TrainingRun run = start(config_of(stage), stage);
    const auto& matrix = run.model->model->transformer().layers[0].down.weight->master;
    set_final_norm(*run.model, std::nanf(""));
    const at::Tensor before = matrix.detach().clone();
    run.trainer->step();
    EXPECT_EQ(run.trainer->state().nonfinite_steps, 1) << stage;
    EXPECT_TRUE(at::equal(matrix, before)) << stage;
    set_final_norm(*run.model, 1.0F);
    run.trainer->step();
    EXPECT_EQ(run.trainer->state().nonfinite_steps, 1) << stage;
    EXPECT_EQ(run.trainer->state().step, 2);
    EXPECT_FALSE(at::equal(matrix, before)) << stage;
  }
}

TEST_F(TrainerTest, StopsAfterTooManyGradientsThatAreNotFinite) {
  auto config = config_of("silent");
  config.nonfinite_limit = 3;
  TrainingRun run = start(config, "run");
  set_final_norm(*run.model, std::nanf(""));
  expect_parts(error_of(base::ErrorKind::kData, [&] { run.trainer->run(); }),
               {"3 steps in a row", "not finite", "learning_rate"});
  EXPECT_EQ(run.trainer->state().step, 3);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "run" / "model"));
}

TEST_F(TrainerTest, ReportsARunFolderThatCannotBeWritten) {
  base::write_file(folder_.path() / "file", "not a folder");
  const auto text = error_of(base::ErrorKind::kIo, [&] {
    TrainingRun(config_of("silent"), base_, folder_.path() / "file" / "run");
  });
  expect_parts(text, {"file"});
}

}  // namespace
}  // namespace r2rank::learn
