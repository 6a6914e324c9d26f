#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "learn/tiny_training_run.h"

// What a training run measures on validation slates, and which model it leaves.

namespace r2rank::learn {
namespace {

using testing::config_of;
using testing::open_tiny;
using testing::TrainingRun;

class MeasuringRun : public testing::TrainingRuns {};

TEST_F(MeasuringRun, RanksValidationSlatesBeforeTheFirstStepAndAsTheBudgetGoesBy) {
  auto config = config_of("rl");
  train(config, "without");
  config.valid_slates = 6;
  config.valid_measurements = 4;  // of 20 steps
  train(config, "with");
  std::vector<int64_t> measured;
  for (const auto& line : logged("with")) {
    if (!line.contains("valid_ndcg")) continue;
    measured.push_back(line.at("step"));
    for (const char* key : {"valid_ndcg", "valid_ndcg_silent", "valid_rationale_ended"}) {
      EXPECT_GE(line.at(key), 0) << key;
      EXPECT_LE(line.at(key), 1) << key;
    }
    EXPECT_GT(line.at("valid_rationale_length"), 0);
    const double silent = line.at("valid_ndcg_silent"), share = line.at("valid_reasoned_share");
    const double gained = line.at("valid_ndcg_gated").get<double>() - silent;
    EXPECT_GT(gained, -1e-12);  // both are sums, in orders of their own
    EXPECT_EQ(gained < 1e-12, share == 0);
    EXPECT_GT(line.at("valid_seconds"), 0);
  }
  EXPECT_EQ(measured, (std::vector<int64_t>{0, 5, 10, 15, 20}));
  const auto card = nlohmann::json::parse(open_tiny(folder_.path() / "with")->training);
  EXPECT_EQ(card.at("reason_gate").at("slates"), 6);
  EXPECT_FALSE(
      nlohmann::json::parse(open_tiny(folder_.path() / "without")->training).contains("reason_gate"));
  for (const char* file : {"model.safetensors", "extra.safetensors"})
    EXPECT_TRUE(base::read_file(folder_.path() / "with/model" / file) ==
                base::read_file(folder_.path() / "without/model" / file))
        << "a measurement changed " << file;
}

TEST_F(MeasuringRun, ASilentRunMeasuresSilentScoresAlone) {
  auto config = config_of("silent");
  config.valid_slates = 6;
  train(config, "run");
  EXPECT_TRUE(logged("run").back().contains("valid_ndcg_silent"));
  EXPECT_FALSE(logged("run").back().contains("valid_ndcg"));
}

TEST_F(MeasuringRun, LeavesTheModelThatRankedValidationSlatesBestWhereToldTo) {
  auto config = config_of("silent");
  config.learning_rate = config.readout_learning_rate = 0.2;  // wild: the last model is hardly the best
  config.valid_slates = 12;
  config.valid_measurements = 20;
  config.select = "best";
  train(config, "run");
  double best = -1;
  int64_t step = 0;
  for (const auto& line : logged("run"))
    if (line.at("valid_ndcg_silent").get<double>() > best)
      best = line.at("valid_ndcg_silent"), step = line.at("step");
  const auto card = card_of("run");
  EXPECT_EQ(card.at("step"), step);
  EXPECT_LT(step, 20) << "choose other rates: the last model is the best";
  EXPECT_EQ(card.at("run").at("step"), 20) << "what the choice cost";
  EXPECT_EQ(card.at("run").at("slates"), 40);
  EXPECT_GE(card.at("run").at("seconds"), card.at("seconds"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "run/best"));
}

TEST_F(MeasuringRun, LeavesTheModelItBeganWithWhereNoLaterOneRanksBetter) {
  auto config = config_of("silent");
  config.steps = 4;
  train(config, "good");
  config.learning_rate = config.readout_learning_rate = 0;  // no later one can be better
  config.valid_slates = 12;
  config.select = "best";
  TrainingRun(config, folder_.path() / "good", run_folder("same")).trainer->run();
  EXPECT_EQ(card_of("same").at("step"), 0);
  EXPECT_EQ(card_of("same").at("run").at("step"), 4);
  EXPECT_TRUE(base::read_file(folder_.path() / "good/model/model.safetensors") ==
              base::read_file(folder_.path() / "same/model/model.safetensors"));
}

TEST_F(MeasuringRun, ABestModelThatIsNewerThanTheCheckpointStaysTheBest) {
  auto config = config_of("silent");
  config.valid_slates = 6;
  config.select = "best";
  TrainingRun run = start(config, "run");
  base::set_interrupt_requested(true);
  for (int step = 0; step < 3; ++step) EXPECT_THROW(run.trainer->run(), base::Error);
  base::set_interrupt_requested(false);
  // As if step 15 had been measured, and the process killed before the next checkpoint.
  rewrite_training(folder_.path() / "run/best", [](const std::string& training) {
    auto account = nlohmann::json::parse(training);
    account["step"] = 15;
    account["best"] = {{"value", 2.0}, {"step", 15}};
    return account.dump();
  });
  train(config, "run");
  EXPECT_EQ(card_of("run").at("step"), 15);
  EXPECT_EQ(card_of("run").at("best").at("value"), 2.0);
  EXPECT_EQ(card_of("run").at("run").at("step"), 20);
}

TEST_F(MeasuringRun, MeasuresRationalesOfWhomItTrainsOn) {
  auto config = config_of("rl");
  config.steps = 2;
  config.rationale_source = "filler";
  config.credit = "none";
  config.valid_slates = 6;
  train(config, "run");
  for (const auto& line : logged("run")) {
    if (!line.contains("valid_ndcg")) continue;
    EXPECT_EQ(line.at("valid_rationale_length"), 3);
    EXPECT_EQ(line.at("valid_rationale_ended"), 0);
  }
}

TEST_F(MeasuringRun, LosesNoMeasurementToTheClock) {
  auto config = config_of("silent");
  config.steps = 0;
  config.minutes = 0.3 / 60;
  config.checkpoint_minutes = 0;  // between a step and the look at the clock
  config.valid_slates = 6;
  config.valid_measurements = 1;
  train(config, "run");
  const auto lines = logged("run");
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                          [](const auto& line) { return line.contains("valid_ndcg_silent"); }),
            2);
  EXPECT_TRUE(lines.back().contains("valid_ndcg_silent"));
}

TEST_F(MeasuringRun, ThatMeasuresIsResumedBitForBitToo) {
  auto config = config_of("rl");
  config.valid_slates = 6;
  config.select = "best";
  expect_resumed_run_repeats(config);
}

}  // namespace
}  // namespace r2rank::learn
