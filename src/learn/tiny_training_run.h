#pragma once

// Test support: short runs of `train` on the toy data of tiny_ranking_model.h.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/interrupt.h"
#include "learn/tiny_ranking_model.h"
#include "learn/trainer.h"

namespace r2rank::learn::testing {

inline TrainConfig config_of(const std::string& stage) {
  TrainConfig config;
  config.stage = stage;
  config.steps = 20;
  config.slates_per_step = 2;
  config.negative_count = 3;
  config.rationale_tokens = 3;
  config.learning_rate = 1e-3;
  config.readout_learning_rate = 1e-2;
  config.model_options = tiny_options();
  return config;
}

/// One run from the first step, or from the folder's checkpoint where it has one, as `r2rank train --resume`
/// does it.
struct TrainingRun {
  TrainingRun(const TrainConfig& given, const base::Path& start, const base::Path& run)
      : config(given), dataset(red_or_blue()), split(split_of(dataset)) {
    config.model = start.string();
    model = open_ranking_model(has_checkpoint(run) ? run / "checkpoint" : start, config.model_options,
                               tiny_prompt());
    trainer = std::make_unique<Trainer>(config, *model, dataset, split, run);
  }

  TrainConfig config;
  data::Dataset dataset;
  data::Split split;
  std::unique_ptr<RankingModel> model;
  std::unique_ptr<Trainer> trainer;
};

/// Runs from one tiny base model, each in a folder of its own.
class TrainingRuns : public ::testing::Test {
 protected:
  TrainingRuns() { write_tiny_base(base_); }
  ~TrainingRuns() override { base::set_interrupt_requested(false); }

  base::Path run_folder(const std::string& name) {
    std::filesystem::create_directories(folder_.path() / name);
    return folder_.path() / name;
  }
  TrainingRun start(const TrainConfig& config, const std::string& name) {
    return {config, base_, run_folder(name)};
  }
  void train(const TrainConfig& config, const std::string& name) { start(config, name).trainer->run(); }

  /// The run log without what a clock decides.
  std::vector<nlohmann::json> logged(const std::string& name) {
    std::vector<nlohmann::json> lines;
    std::ifstream file(folder_.path() / name / "log.jsonl");
    for (std::string line; std::getline(file, line);) {
      lines.push_back(nlohmann::json::parse(line));
      for (const char* key : {"seconds", "rollout_seconds", "tokens_per_second"}) lines.back().erase(key);
    }
    return lines;
  }

  nlohmann::json card_of(const std::string& name) {
    return nlohmann::json::parse(open_tiny(folder_.path() / name)->training);
  }

  void expect_resumed_run_repeats(const TrainConfig& config);

  data::testing::TemporaryFolder folder_;
  base::Path base_ = folder_.path() / "base";
};

/// Stops after the first ten steps with a checkpoint and goes on with a fresh model, optimiser and trainer.
inline void TrainingRuns::expect_resumed_run_repeats(const TrainConfig& config) {
  train(config, "whole");
  {
    TrainConfig often = config;
    often.checkpoint_minutes = 0;
    TrainingRun run = start(often, "halves");
    base::set_interrupt_requested(true);  // after each step
    for (int step = 0; step < 10; ++step) EXPECT_THROW(run.trainer->run(), base::Error);
    base::set_interrupt_requested(false);
    EXPECT_EQ(run.trainer->state().step, 10);
  }
  train(config, "halves");
  for (const char* file : {"model.safetensors", "extra.safetensors"})
    EXPECT_TRUE(base::read_file(folder_.path() / "whole/model" / file) ==
                base::read_file(folder_.path() / "halves/model" / file))
        << file << " differs";
}

}  // namespace r2rank::learn::testing
