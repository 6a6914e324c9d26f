// Whose rationales a run of the rl stage trains on (TrainConfig::rationale_source).
#include <gtest/gtest.h>

#include <cmath>

#include "learn/tiny_training_run.h"

namespace r2rank::learn {
namespace {

using testing::config_of;
using testing::TrainingRun;

using RationaleSource = testing::TrainingRuns;

TEST_F(RationaleSource, RationalesOfTheStartOrOfNobodyTrainTheScoresAlone) {
  for (const char* source : {"start", "filler"}) {
    auto config = config_of("rl");
    config.rationale_source = source;
    config.credit = "none";
    config.learning_rate = 0.01;
    if (config.rationale_source == "filler") config.temperature = 1;
    for (const char* estimator : {"expected", "reinforce-pl"}) {
      config.estimator = estimator;
      config.list_objective = "ndcg";
      config.ranking_baseline = config.estimator == "expected" ? "leave-one-out" : "batch-mean";
      config.check();
      TrainingRun run = start(config, fmt::format("{}-{}", source, estimator));
      for (int step = 0; step < 3; ++step)
        for (const auto& [name, value] : run.trainer->step())
          EXPECT_TRUE(std::isfinite(value)) << source << name;
      EXPECT_EQ(run.trainer->state().nonfinite_steps, 0);
    }
  }
}

TEST_F(RationaleSource, TheStartWritesTheSameRationalesHoweverFarTheModelHasMoved) {
  const auto lengths = [&](const char* source, double rate) {
    auto config = config_of("rl");
    config.rationale_source = source;
    config.credit = "none";
    config.learning_rate = config.readout_learning_rate = rate;
    TrainingRun run = start(config, fmt::format("{}-{}", source, rate));
    std::vector<double> gaps;
    for (int step = 0; step < 3; ++step)
      for (const auto& [name, value] : run.trainer->step())
        if (name == "logprob_gap_mean") gaps.push_back(value);
    return gaps;
  };
  const auto own = lengths("policy", 0.02), frozen = lengths("start", 0.02), still = lengths("start", 0);
  EXPECT_LT(own[2], 1e-4) << "the model knows what it wrote";
  EXPECT_GT(frozen[2], 1e-3) << "another model wrote it by now";
  EXPECT_LT(still[2], 1e-4) << "the start is the model as long as nothing is learnt";
}

}  // namespace
}  // namespace r2rank::learn
