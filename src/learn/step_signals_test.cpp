// The offset that signals add, in a whole step: against differences of the objective, and with the rest of
// the step left as it was.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "base/error.h"
#include "learn/golden_slates.h"
#include "learn/step.h"
#include "rollout/reason_about_best.h"
#include "rollout/reasoner.h"

namespace r2rank::learn {
namespace {

using model::golden::relative_error;

class StepWithSignals : public testing::GoldenSlates {
 protected:
  static constexpr int64_t kSignals = 2, kFeatures = 4, kHidden = 3;

  StepWithSignals() {
    options_.utility = {ListObjective::kNdcg, 2, 0.7};
    options_.temperature = 0.8;
    for (int b = 0; b < kSlates; ++b)
      for (int i = 0; i < kItems; ++i) {
        slates_[b].item_keys.push_back(static_cast<uint64_t>(i));  // of what the reasoner samples
        auto& row = slates_[b].signals.emplace_back();
        for (int f = 0; f < kFeatures; ++f) row.push_back(std::sin(1.0F + 3 * b + 5 * i + 7 * f));
      }
  }
  void add_head() {
    model_->add_signal_head({0.4F, -0.3F}, kFeatures, kHidden);
    at::NoGradGuard no_grad;
    head().w2->master.copy_(model::golden::formula("w2", {1, kHidden}, 1));
    head().b1->master.copy_(model::golden::formula("b1", {kHidden}, 1));
  }
  const model::SignalHead& head() const { return *model_->signal_head(); }

  std::vector<SlateOutcome> run(bool reasons) {
    model_->parameters().zero_gradients();
    options_.silent_weight = reasons ? 0.3 : 1;
    std::vector<StepSlate> inputs;
    for (int b = 0; b < kSlates; ++b)
      inputs.push_back({.slate = &slates_[b], .rationales = reasons ? &rationales_[b] : nullptr});
    return accumulate_step(*model_, frame_, inputs, options_, kSlates);
  }
  /// What the step maximises where tokens have no credit: it depends on parameters through the scores alone.
  double objective(bool reasons) {
    double sum = 0;
    for (const auto& outcome : run(reasons))
      sum += (outcome.utility + options_.silent_weight * outcome.silent_utility) / kSlates;
    return sum;
  }
  void expect_gradient_of_differences(bool reasons) {
    for (const auto* parameter : {head().weights, head().w1, head().b1, head().w2}) {
      run(reasons);
      const at::Tensor found = parameter->gradient.flatten().clone();
      for (int64_t n = 0; n < parameter->master.numel(); ++n) {
        EXPECT_NEAR(found[n].item<double>(), difference(*parameter, n, reasons), 2e-4)
            << parameter->name() << " " << n;
      }
    }
  }

  /// What the step's loss gains with element n of a parameter.
  double difference(const model::Parameter& parameter, int64_t n, bool reasons) {
    return -slope([&](double value) { set(parameter, n, value); }, get(parameter, n), reasons);
  }

  std::unique_ptr<rollout::Reasoner> reasoner() const {
    return std::make_unique<rollout::Reasoner>(*model_, frame_, std::vector<int32_t>());
  }
  std::vector<const rollout::PreparedSlate*> pointers() const { return {&slates_[0], &slates_[1]}; }

  StepOptions options_;

 private:
  static double get(const model::Parameter& parameter, int64_t n) {
    return parameter.master.detach().flatten()[n].item<double>();
  }
  static void set(const model::Parameter& parameter, int64_t n, double value) {
    at::NoGradGuard no_grad;
    parameter.master.detach().view({-1})[n].fill_(value);
  }
  double slope(const std::function<void(double)>& set_to, double at, bool reasons) {
    constexpr double kStep = 2e-3;
    set_to(at + kStep);
    const double above = objective(reasons);
    set_to(at - kStep);
    const double below = objective(reasons);
    set_to(at);
    return (above - below) / (2 * kStep);
  }
};

TEST_F(StepWithSignals, AddsTheSameOffsetToSilentAndReasonedScores) {
  const auto plain = run(true);
  add_head();
  const auto added = run(true);
  for (int b = 0; b < kSlates; ++b) {
    at::NoGradGuard no_grad;
    at::Tensor features = at::empty({kItems, kFeatures});
    for (int i = 0; i < kItems; ++i)
      for (int f = 0; f < kFeatures; ++f) features[i][f] = slates_[b].signals[i][f];
    const at::Tensor offsets = head()(features);
    for (int i = 0; i < kItems; ++i) {
      const double offset = offsets[i].item<double>();
      EXPECT_GT(std::abs(offset), 1e-3);
      EXPECT_NEAR(added[b].scores.silent[i], plain[b].scores.silent[i] + offset, 1e-5);
      for (int g = 0; g < kRationales; ++g)
        EXPECT_NEAR(added[b].scores.reasoned[i][g], plain[b].scores.reasoned[i][g] + offset, 1e-5);
    }
  }
}

TEST_F(StepWithSignals, AMalformedRationaleTakesTheSilentScoreWithItsOffsetOnce) {
  add_head();
  rationales_[0][1][1].malformed = true;
  const auto outcomes = run(true);
  EXPECT_DOUBLE_EQ(outcomes[0].scores.reasoned[1][1], outcomes[0].scores.silent[1]);
}

TEST_F(StepWithSignals, GradientsOfASilentStepAreThoseOfDifferences) {
  add_head();
  expect_gradient_of_differences(false);
}

TEST_F(StepWithSignals, GradientsOfAReasonedStepAreThoseOfDifferences) {
  add_head();
  expect_gradient_of_differences(true);
}

TEST_F(StepWithSignals, TheFrozenModelTrainsTheHeadAlone) {
  model_ = model::golden::tiny_model("llama", "frozen");
  model_->set_verdict_tokens(11, 12);
  add_head();
  run(true);
  for (const auto& parameter : model_->parameters().all())
    EXPECT_EQ(parameter.gradient.defined(), parameter.name().starts_with("signals.")) << parameter.name();
}

TEST_F(StepWithSignals, TheReasonerScoresAsTheStepDoes) {
  add_head();
  const auto outcomes = run(false);
  const auto all = pointers();
  const auto silent = reasoner()->silent_scores(all);
  rollout::SamplingOptions sampling;
  sampling.rationales = 2;
  sampling.max_tokens = 3;
  const auto rollouts = reasoner()->reason(all, sampling, true);
  for (int b = 0; b < kSlates; ++b)
    for (int i = 0; i < kItems; ++i) {
      EXPECT_NEAR(silent[b][i], outcomes[b].scores.silent[i], 1e-5);
      EXPECT_NEAR(rollouts[b].silent[i], silent[b][i], 1e-5);
    }
  // The scores after rationales have it too: a head that is far off moves them by as much.
  {
    at::NoGradGuard no_grad;
    head().weights->master.mul_(0);
    head().w2->master.mul_(0);
  }
  const auto without = reasoner()->reason(all, sampling, true);
  for (int b = 0; b < kSlates; ++b)
    for (int i = 0; i < kItems; ++i) {
      const double offset = rollouts[b].silent[i] - without[b].silent[i];
      for (int g = 0; g < 2; ++g)
        EXPECT_NEAR(rollouts[b].scores[i][g], without[b].scores[i][g] + offset, 1e-4);
    }
}

TEST_F(StepWithSignals, GivenRationalesAreScoredAsTheStepDoes) {
  add_head();
  model_->add_signal_projection(kFeatures);
  {
    at::NoGradGuard no_grad;
    model_->signal_projection()->master.fill_(0.3F);
  }
  rationales_[0][1][1].malformed = true;
  const auto outcomes = run(true);
  std::vector<rollout::SlateRollout> rollouts(kSlates);
  for (int b = 0; b < kSlates; ++b) rollouts[b].rationales = rationales_[b];
  reasoner()->score(pointers(), rollouts);
  for (int b = 0; b < kSlates; ++b)
    for (int i = 0; i < kItems; ++i) {
      EXPECT_NEAR(rollouts[b].silent[i], outcomes[b].scores.silent[i], 1e-5);
      for (int g = 0; g < kRationales; ++g)
        EXPECT_NEAR(rollouts[b].scores[i][g], outcomes[b].scores.reasoned[i][g], 1e-5);
    }
}

TEST_F(StepWithSignals, AProjectionStartsWithoutEffect) {
  const auto plain = run(true);
  model_->add_signal_projection(kFeatures);
  const auto added = run(true);
  for (int b = 0; b < kSlates; ++b) EXPECT_EQ(added[b].scores.reasoned, plain[b].scores.reasoned);
}

TEST_F(StepWithSignals, GradientsOfTheProjectionAreThoseOfDifferences) {
  model_->add_signal_projection(kFeatures);
  const model::Parameter& projection = *model_->signal_projection();
  {
    at::NoGradGuard no_grad;
    projection.master.copy_(model::golden::formula("token", projection.master.sizes().vec(), 1));
  }
  for (const bool checkpointed : {false, true}) {
    options_.checkpoint_layers = checkpointed;
    run(true);
    const at::Tensor found = projection.gradient.flatten().clone();
    const int64_t every = found.numel() / 7;
    for (int64_t n = 0; n < found.numel(); n += every)
      EXPECT_NEAR(found[n].item<double>(), difference(projection, n, true), 1e-3) << n;
  }
}

TEST_F(StepWithSignals, TheProjectionIsTrainedWhereTheModelIsFrozenAndTheReasonerSeesIt) {
  model_ = model::golden::tiny_model("llama", "frozen");
  model_->set_verdict_tokens(11, 12);
  const auto plain = reasoner()->silent_scores(pointers());
  model_->add_signal_projection(kFeatures);
  {
    at::NoGradGuard no_grad;
    model_->signal_projection()->master.fill_(0.3F);
  }
  const auto outcomes = run(true);
  EXPECT_GT(model_->signal_projection()->gradient.abs().max().item<float>(), 0);
  const auto silent = reasoner()->silent_scores(pointers());
  rollout::SamplingOptions sampling;
  sampling.rationales = 1;
  sampling.max_tokens = 3;
  const auto rollouts = reasoner()->reason(pointers(), sampling, true);
  for (int b = 0; b < kSlates; ++b)
    for (int i = 0; i < kItems; ++i) {
      EXPECT_GT(std::abs(silent[b][i] - plain[b][i]), 1e-4);
      EXPECT_NEAR(silent[b][i], outcomes[b].scores.silent[i], 1e-5);
      EXPECT_NEAR(rollouts[b].silent[i], silent[b][i], 1e-5);
    }
}

TEST_F(StepWithSignals, APartOfASlateKeepsItsSignals) {
  const auto part = rollout::part_of(slates_[0], {0, 2});
  ASSERT_EQ(part.signals.size(), 2U);
  EXPECT_EQ(part.signals[1], slates_[0].signals[2]);
}

TEST_F(StepWithSignals, ASlateWithoutSignalsIsRefused) {
  add_head();
  slates_[1].signals.clear();
  EXPECT_THROW(run(false), base::Error);
  EXPECT_THROW(reasoner()->silent_scores(pointers()), base::Error);
}

}  // namespace
}  // namespace r2rank::learn
