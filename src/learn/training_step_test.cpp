// Whole steps of `train` with settings of every kind.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "learn/tiny_training_run.h"

namespace r2rank::learn {
namespace {

using testing::config_of;
using testing::TrainingRun;
using TrainingStep = testing::TrainingRuns;

TEST_F(TrainingStep, SeveralEpochsWithDivergenceAndEntropyRun) {
  auto config = config_of("rl");
  config.epochs = 3;
  config.kl = 0.1;
  config.token_entropy = 0.01;
  config.length_price = 0.001;
  TrainingRun run = start(config, "run");
  run.trainer->step();
  const StepLog second = run.trainer->step();
  const std::map<std::string, double> values(second.begin(), second.end());
  EXPECT_GT(values.at("kl"), 0);  // the model has left its reference
  for (const auto& [name, value] : values) EXPECT_TRUE(std::isfinite(value)) << name;
  EXPECT_EQ(run.trainer->state().nonfinite_steps, 0);
}

TEST_F(TrainingStep, TheSharesThatAreClippedAreThoseOfLaterEpochs) {
  const auto largest = [&](int64_t epochs) {
    auto config = config_of("rl");
    config.list_objective = "ndcg";
    config.estimator = "reinforce-pl";
    config.learning_rate = 0.02;
    config.token_clip = config.ranking_clip = 0.01;
    config.epochs = epochs;
    config.check();
    TrainingRun run = start(config, fmt::format("{}-epochs", epochs));
    std::map<std::string, double> values;
    for (int step = 0; step < 4; ++step)
      for (const auto& [name, value] : run.trainer->step()) values[name] = std::max(values[name], value);
    EXPECT_EQ(run.trainer->state().nonfinite_steps, 0);
    return values;
  };
  const auto once = largest(1), thrice = largest(3);
  for (const char* share : {"token_clip_share", "ranking_clip_share"}) {
    EXPECT_EQ(once.at(share), 0) << share;  // nothing has moved since the rollout
    EXPECT_GT(thrice.at(share), 0) << share;
    EXPECT_LE(thrice.at(share), 1) << share;
  }
}

TEST_F(TrainingStep, EveryCreditAndEstimatorRuns) {
  for (const char* objective : {"j1", "jg"})
    for (const auto& credit : credit_names())
      for (const char* estimator : {"expected", "reinforce-pl"}) {
        auto config = config_of("rl");
        config.objective = objective;
        config.credit = credit;
        config.estimator = estimator;
        config.list_objective = "ndcg";
        if (config.estimator == "reinforce-pl") config.ranking_baseline = "batch-mean";
        config.check();
        const std::string name = fmt::format("{}-{}-{}", objective, credit, estimator);
        TrainingRun run = start(config, name);
        for (const auto& [key, value] : run.trainer->step())
          EXPECT_TRUE(std::isfinite(value)) << name << " " << key;
        EXPECT_EQ(run.trainer->state().nonfinite_steps, 0) << name;
      }
}

TEST_F(TrainingStep, TheTextIsLearnedWhereItHasAWeight) {
  auto config = config_of("silent");
  config.text_weight = 1;
  config.learning_rate = 1e-2;
  TrainingRun run = start(config, "run");
  std::vector<double> losses;
  for (int step = 0; step < 20; ++step) {
    const StepLog log = run.trainer->step();
    losses.push_back(std::map<std::string, double>(log.begin(), log.end()).at("text_loss"));
  }
  const auto sum = [](auto begin, auto end) { return std::accumulate(begin, end, 0.0); };
  EXPECT_LT(sum(losses.end() - 5, losses.end()), 0.9 * sum(losses.begin(), losses.begin() + 5));
  EXPECT_EQ(run.trainer->state().nonfinite_steps, 0);
}

TEST_F(TrainingStep, TheSizeOfAPassDoesNotChangeTheStep) {
  const auto norm = [&](int64_t tokens, const std::string& name) {
    auto config = config_of("rl");
    config.slates_per_step = 3;
    config.text_weight = 0.5;
    config.tokens_per_pass = tokens;
    const StepLog log = start(config, name).trainer->step();
    return std::map<std::string, double>(log.begin(), log.end()).at("gradient_norm");
  };
  const double together = norm(100000, "together");
  EXPECT_GT(together, 0);
  EXPECT_NEAR(norm(64, "alone"), together, 1e-4 * together);
}

}  // namespace
}  // namespace r2rank::learn
