#pragma once

// Test support: short runs of `train` on the toy data of tiny_ranking_model.h.

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

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

  base::Path run_folder(const std::string& name) {
    std::filesystem::create_directories(folder_.path() / name);
    return folder_.path() / name;
  }
  TrainingRun start(const TrainConfig& config, const std::string& name) {
    return {config, base_, run_folder(name)};
  }

  data::testing::TemporaryFolder folder_;
  base::Path base_ = folder_.path() / "base";
};

}  // namespace r2rank::learn::testing
