#include "learn/sft_trainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "base/interrupt.h"
#include "learn/learned_reasoning.h"
#include "learn/slate_measurement.h"
#include "learn/tiny_rationales.h"

namespace r2rank::learn {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;
using nlohmann::json;
using testing::open_tiny;

SftConfig tiny_config() {
  SftConfig config;
  config.epochs = 4;
  config.rationales_per_step = 8;
  config.rationale_tokens = 20;
  config.valid_share = 0.25;
  config.valid_slates = 4;
  config.learning_rate = 3e-3;
  config.readout_learning_rate = 1e-2;
  config.model_options = testing::tiny_options();
  return config;
}

/// One run from the first step, or from the folder's checkpoint, as `r2rank sft --resume` does it.
struct SftRun {
  SftRun(const SftConfig& config, const base::Path& start, const base::Path& run)
      : dataset(testing::red_or_blue()), split(testing::split_of(dataset)) {
    model = open_ranking_model(has_checkpoint(run) ? run / "checkpoint" : start, config.model_options,
                               testing::tiny_prompt());
    const auto set = testing::red_or_blue_rationales(dataset, split);
    auto examples = make_sft_examples(set, dataset, split, *model,
                                      example_options(config, plan_memory(config, *model->model)));
    trees = static_cast<int64_t>(examples.training.size());
    trainer =
        std::make_unique<SftTrainer>(config, *model, dataset, split, std::move(examples), set.hash, run);
  }

  data::Dataset dataset;
  data::Split split;
  std::unique_ptr<RankingModel> model;
  std::unique_ptr<SftTrainer> trainer;
  int64_t trees = 0;
};

class SftTraining : public ::testing::Test {
 protected:
  SftTraining() { testing::write_tiny_base(base_); }
  ~SftTraining() override { base::set_interrupt_requested(false); }

  base::Path run_folder(const std::string& name) {
    std::filesystem::create_directories(folder_.path() / name);
    return folder_.path() / name;
  }
  SftRun start(const SftConfig& config, const std::string& name = "run") {
    return {config, base_, run_folder(name)};
  }
  RunState train(const SftConfig& config, const std::string& name = "run") {
    SftRun run = start(config, name);
    run.trainer->run();
    return run.trainer->state();
  }
  void interrupt_after(int64_t steps, const SftConfig& config, const std::string& name) {
    SftRun run = start(config, name);
    for (int64_t n = 1; n < steps; ++n) run.trainer->step();
    base::set_interrupt_requested(true);
    EXPECT_THROW(run.trainer->run(), base::Error);
    base::set_interrupt_requested(false);
  }

  /// The run log without what a clock decides.
  std::vector<json> logged(const std::string& name = "run") {
    std::vector<json> lines;
    std::ifstream file(folder_.path() / name / "log.jsonl");
    for (std::string line; std::getline(file, line);) {
      lines.push_back(json::parse(line));
      for (const char* key : {"seconds", "valid_seconds", "tokens_per_second"}) lines.back().erase(key);
    }
    return lines;
  }
  std::string weights(const std::string& name) {
    return base::read_file(folder_.path() / name / "model/model.safetensors") +
           base::read_file(folder_.path() / name / "model/extra.safetensors");
  }

  data::testing::TemporaryFolder folder_;
  base::Path base_ = folder_.path() / "base";
};

TEST_F(SftTraining, LearnsToWriteAndToConclude) {
  auto config = tiny_config();
  config.epochs = 20;
  config.learning_rate = 1e-2;
  config.patience = 0;
  train(config);
  const auto lines = logged();
  const json &first = lines.at(0), &last = lines.back();
  EXPECT_EQ(first.at("step"), 0);
  EXPECT_LT(last.at("valid_token_loss"), 0.3 * first.at("valid_token_loss").get<double>());
  EXPECT_LT(last.at("token_loss"), 0.3 * lines.at(1).at("token_loss").get<double>());
  EXPECT_EQ(last.at("valid_verdict_accuracy"), 1.0);
  EXPECT_EQ(last.at("verdict_accuracy"), 1.0);
  EXPECT_LT(last.at("valid_silent_loss"), first.at("valid_silent_loss"));
}

/// Share of greedily written rationales that are what was taught about such an item; each must end by itself.
double taught_share(const SftRun& run, const std::vector<rollout::PreparedSlate>& slates) {
  rollout::SamplingOptions sampling;
  sampling.max_tokens = tiny_config().rationale_tokens;
  sampling.top_k = 1;
  double written = 0, taught = 0;
  for (const auto& rollout : run.model->reasoner->reason(rollout::pointers_to(slates), sampling, true))
    for (const auto& item : rollout.rationales) {
      const std::string text = run.model->tokenizer->decode(item.front().tokens);
      written += 1;
      taught += item.front().ended && (text.starts_with(" red fits") || text.starts_with(" blue does not"));
    }
  EXPECT_GT(written, 50);
  return taught / written;
}

TEST_F(SftTraining, WritesWhatItWasTaught) {
  auto config = tiny_config();
  config.epochs = 20;
  config.learning_rate = 1e-2;
  SftRun run = start(config);
  run.trainer->run();
  const rollout::SlatePrompts prompts(run.dataset, run.split, *run.model->prompts);
  std::vector<rollout::PreparedSlate> known;  // a red and a blue item each, as the rationales have them
  const auto set = testing::red_or_blue_rationales(run.dataset, run.split);
  for (size_t i = 0; i + 1 < set.rationales.size(); i += 2) {
    const auto &red = set.rationales[i], &blue = set.rationales[i + 1];
    known.push_back(prompts.prepare({.id = static_cast<int64_t>(i),
                                     .user = red.user,
                                     .history_end = red.history_end,
                                     .candidates = {red.item, blue.item},
                                     .relevance = {1, 0}},
                                    true));
  }
  EXPECT_GT(taught_share(run, known), 0.97);
  // Of users that it was not taught about a few words are confused.
  EXPECT_GT(taught_share(run, validation_slates(run.dataset, run.split, prompts, 20)), 0.85);
}

TEST_F(SftTraining, LogsWhatAStepAndAMeasurementFound) {
  auto config = tiny_config();
  config.valid_rationales = 1;
  config.epochs = 1;
  train(config);
  const auto lines = logged();
  for (const char* key :
       {"loss", "token_loss", "perplexity", "verdict_accuracy", "readout_loss", "silent_loss",
        "gradient_norm", "learning_rate", "epoch", "rationales", "nonfinite_steps"})
    EXPECT_TRUE(lines.at(1).at(key).is_number()) << key;
  EXPECT_EQ(lines.at(1).at("rationales"), 8);
  EXPECT_EQ(lines.at(1).at("epoch"), 0);
  EXPECT_FALSE(lines.at(1).contains("valid_loss"));
  for (const char* key : {"valid_loss", "valid_token_loss", "valid_perplexity", "valid_verdict_accuracy",
                          "valid_readout_loss", "valid_silent_loss", "valid_ndcg_silent", "valid_ndcg",
                          "valid_rationale_length", "valid_rationale_ended"}) {
    EXPECT_TRUE(lines.front().at(key).is_number()) << key;
    EXPECT_TRUE(lines.back().at(key).is_number()) << key;
  }
  const json& last = lines.back();
  EXPECT_NEAR(last.at("loss"),
              last.at("token_loss").get<double>() + last.at("readout_loss").get<double>() +
                  0.3 * last.at("silent_loss").get<double>(),
              1e-9);
  EXPECT_NEAR(last.at("perplexity"), std::exp(last.at("token_loss").get<double>()), 1e-9);
}

TEST_F(SftTraining, ThatIsResumedRepeatsAnUninterruptedRunBitForBit) {
  for (const char* tuning : {"full", "lora"}) {
    auto config = tiny_config();
    config.model_options = testing::tiny_options(tuning);
    config.valid_rationales = 1;
    config.valid_every = 3;
    const std::string whole = fmt::format("{}-whole", tuning), halves = fmt::format("{}-halves", tuning);
    train(config, whole);
    interrupt_after(7, config, halves);
    train(config, halves);
    EXPECT_TRUE(weights(whole) == weights(halves)) << tuning;
  }
}

TEST_F(SftTraining, EndsEarlyWithTheBestModelOnWhatIsHeldOut) {
  auto config = tiny_config();
  config.epochs = 100;
  config.learning_rate = config.readout_learning_rate = 0.3;  // after a step or two it is lost
  config.valid_every = 1;
  const RunState state = train(config);
  ASSERT_TRUE(state.best);
  EXPECT_EQ(state.best->worse, 2);
  EXPECT_EQ(state.step, state.best->step + 2);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "run/best"));
  const auto lines = logged();
  EXPECT_EQ(json::parse(open_tiny(folder_.path() / "run")->training).at("step"), state.best->step);
  for (const auto& line : lines) {
    if (line.at("step") == 0 || !line.contains("valid_loss") || !line.at("valid_loss").is_number()) continue;
    EXPECT_GE(line.at("valid_loss"), state.best->value);
  }
}

TEST_F(SftTraining, EndsEarlyWithTheModelThatRanksBestByItsRationalesWhereToldTo) {
  auto config = tiny_config();
  config.epochs = 100;
  config.learning_rate = config.readout_learning_rate = 0.1;
  config.valid_every = 1;
  config.valid_share = 0;
  config.valid_slates = 12;
  config.valid_rationales = 1;
  config.select = "ndcg";
  const RunState state = train(config);
  ASSERT_TRUE(state.best);
  double best = 0;
  int64_t step = 0;
  for (const auto& line : logged())
    if (line.at("step") > 0 && line.at("valid_ndcg").get<double>() > best)
      best = line.at("valid_ndcg"), step = line.at("step");
  EXPECT_DOUBLE_EQ(state.best->value, best);
  EXPECT_EQ(state.best->step, step);
  EXPECT_EQ(json::parse(open_tiny(folder_.path() / "run")->training).at("step"), step);
  EXPECT_TRUE(state.best->worse == 2 || state.slates == 100 * start(config, "other").trees);
}

TEST_F(SftTraining, IsNotSelectedByValidationSlatesThatAreNotThere) {
  auto config = tiny_config();
  data::Split split;
  EXPECT_NO_THROW(check_validation_slates(config, split));
  config.select = "ndcg";
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { check_validation_slates(config, split); }),
               {"[sft]", "--valid-users"});
}

TEST_F(SftTraining, FindsItsBestModelAgainWhenResumed) {
  auto config = tiny_config();
  config.epochs = 100;
  config.learning_rate = config.readout_learning_rate = 0.3;
  config.valid_every = 1;
  config.patience = 4;
  const RunState whole = train(config, "whole");
  interrupt_after(whole.best->step + 1, config, "halves");
  EXPECT_EQ(train(config, "halves").best->step, whole.best->step);
  EXPECT_TRUE(weights("whole") == weights("halves"));
}

TEST_F(SftTraining, KeepsTheLastModelWithoutPatience) {
  auto config = tiny_config();
  config.epochs = 2;
  config.patience = 0;
  const RunState state = train(config);
  EXPECT_FALSE(state.best);
  EXPECT_EQ(json::parse(open_tiny(folder_.path() / "run")->training).at("step"), state.step);
}

TEST_F(SftTraining, TeachesEveryTreeOnceAnEpochAndEndsWithTheEpochsOrTheSteps) {
  auto config = tiny_config();
  config.epochs = 2;
  const int64_t trees = start(config, "other").trees;
  EXPECT_EQ(train(config).slates, 2 * trees);
  config.steps = 3;
  EXPECT_EQ(train(config, "short").step, 3);
}

TEST_F(SftTraining, RunsWithNothingHeldOutAndNothingRanked) {
  auto config = tiny_config();
  config.epochs = 1;
  config.valid_share = 0;
  config.valid_slates = 0;
  train(config);
  EXPECT_EQ(logged().front().at("step"), 1);
}

TEST_F(SftTraining, TheSizeOfAPassDoesNotChangeTheStep) {
  const auto norm = [&](int64_t tokens, const std::string& name) {
    auto config = tiny_config();
    config.silent_weight =
        0;  // a tree that is cut has its candidates once in all, but not its silent scores' mean
    config.tokens_per_pass = tokens;
    const StepLog log = start(config, name).trainer->step();
    return std::map<std::string, double>(log.begin(), log.end()).at("gradient_norm");
  };
  const double together = norm(100000, "together");
  EXPECT_GT(together, 0);
  EXPECT_NEAR(norm(300, "apart"), together, 1e-4 * together);
}

TEST_F(SftTraining, CountsGradientsThatAreNotFinite) {
  SftRun run = start(tiny_config());
  {
    at::NoGradGuard no_grad;
    run.model->model->transformer().final_norm->master[0].fill_(std::nanf(""));
    run.model->model->parameters().publish();
  }
  run.trainer->step();
  EXPECT_EQ(run.trainer->state().nonfinite_steps, 1);
  EXPECT_FALSE(run.trainer->state().best);
}

TEST_F(SftTraining, IsNotResumedWithOtherSettings) {
  interrupt_after(2, tiny_config(), "run");
  auto config = tiny_config();
  config.rationale_tokens = 19;
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { start(config); }),
               {"[sft]", "rationale_tokens = 20", "19"});
  config = tiny_config();
  config.rationale_set = "moved elsewhere";
  config.steps = 30;
  EXPECT_EQ(start(config).trainer->state().step, 2);
}

TEST_F(SftTraining, StartsRlWithOneSetting) {
  auto config = tiny_config();
  config.epochs = 1;
  train(config);
  const auto model = open_tiny(folder_.path() / "run");
  EXPECT_EQ(learned_reasoning(*model)->rationale_tokens, 20);
  EXPECT_FALSE(learned_reasoning(*open_tiny(base_)));
}

}  // namespace
}  // namespace r2rank::learn
