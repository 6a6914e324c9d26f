#include "learn/sft_step.h"

#include <gtest/gtest.h>

#include "learn/golden_slates.h"

namespace r2rank::learn {
namespace {

using model::golden::relative_error;

/// tools/golden/sft_step.py: the slates of the RL step without one of their rationales.
class GoldenSft : public testing::GoldenSlates {
 protected:
  GoldenSft() {
    rationales_[1][0].erase(rationales_[1][0].begin() + 1);
    options_ = {.readout_weight = 0.7, .silent_weight = 0.4};
    for (int b = 0; b < kSlates; ++b) inputs_.push_back({&slates_[b], &rationales_[b]});
  }

  SftOutcome run() {
    model_->parameters().zero_gradients();
    return accumulate_sft_step(*model_, frame_, inputs_, options_, sft_size(inputs_));
  }

  void expect_gradients() const {
    expect_norms(golden_, "norm");
    for (const std::string name :
         {"model.embed_tokens.weight", "model.layers.0.self_attn.k_proj.weight", "readout.w1", "readout.w2"})
      EXPECT_LT(relative_error(model::golden::gradient_of(*model_, name), golden_.get("grad." + name)), 1e-4)
          << name;
  }

  model::golden::File golden_{"sft_step.safetensors"};
  SftOptions options_;
  std::vector<SftSlate> inputs_;
};

TEST_F(GoldenSft, CountsTaughtTokensWithAVerdictForEachRationale) {
  const SftSize size = sft_size(inputs_);
  EXPECT_EQ(size.tokens, golden_.get("size")[0].item<int64_t>());
  EXPECT_EQ(size.rationales, golden_.get("size")[1].item<int64_t>());
  EXPECT_EQ(size.candidates, golden_.get("size")[2].item<int64_t>());
}

TEST_F(GoldenSft, GivesTheLossesOfPathsForwardedAlone) {
  const SftOutcome outcome = run();
  EXPECT_NEAR(outcome.token_loss, golden_.get("tokens").item<double>(), 1e-4);
  EXPECT_NEAR(outcome.readout_loss, golden_.get("readout").item<double>(), 1e-5);
  EXPECT_NEAR(outcome.silent_loss, golden_.get("silent").item<double>(), 1e-5);
  EXPECT_EQ(outcome.right_verdicts, golden_.get("right").item<int64_t>());
}

TEST_F(GoldenSft, GivesTheGradientsOfPathsForwardedAlone) {
  run();
  expect_gradients();
}

TEST_F(GoldenSft, IsTheSameWithCheckpointedLayersAndInSeparatePasses) {
  options_.checkpoint_layers = true;
  run();
  expect_gradients();
  options_.checkpoint_layers = false;
  model_->parameters().zero_gradients();
  double tokens = 0;
  for (const SftSlate& input : inputs_)
    tokens += accumulate_sft_step(*model_, frame_, {&input, 1}, options_, sft_size(inputs_)).token_loss;
  EXPECT_NEAR(tokens, golden_.get("tokens").item<double>(), 1e-4);
  expect_gradients();
}

TEST_F(GoldenSft, IsMeasuredWithoutGradients) {
  model_->parameters().zero_gradients();
  const SftOutcome outcome = measure_sft(*model_, frame_, inputs_);
  EXPECT_EQ(outcome.size.tokens, golden_.get("size")[0].item<int64_t>());
  EXPECT_NEAR(outcome.token_loss, golden_.get("tokens").item<double>(), 1e-4);
  EXPECT_NEAR(outcome.readout_loss, golden_.get("readout").item<double>(), 1e-5);
  EXPECT_NEAR(outcome.silent_loss, golden_.get("silent").item<double>(), 1e-5);
  for (auto& parameter : model_->parameters().all())
    EXPECT_FALSE(parameter.gradient.defined() && parameter.gradient.any().item<bool>()) << parameter.name();
}

TEST_F(GoldenSft, WeighsMeansInItsLoss) {
  SftOutcome outcome = {.size = {10, 5, 2}, .token_loss = 20, .readout_loss = 10, .silent_loss = 1};
  EXPECT_DOUBLE_EQ(outcome.loss(options_), 2 + 0.7 * 2 + 0.4 * 0.5);
  outcome += outcome;
  EXPECT_EQ(outcome.size.rationales, 10);
  EXPECT_DOUBLE_EQ(outcome.loss(options_), 2 + 0.7 * 2 + 0.4 * 0.5);
}

TEST_F(GoldenSft, AnEmptyRationaleTeachesItsVerdictAlone) {
  options_.readout_weight = options_.silent_weight = 0;
  for (auto& item : rationales_[0]) item.clear();
  for (auto& item : rationales_[1]) item.clear();
  rationales_[0][1] = {rollout::Rationale{}};  // an empty rationale: its verdict is the one taught token
  const SftOutcome outcome = run();
  EXPECT_EQ(outcome.size.tokens, 1);
  EXPECT_GT(outcome.token_loss, 0);
}

}  // namespace
}  // namespace r2rank::learn
