#include "model/signal_head.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "model/golden_models.h"

namespace r2rank::model {
namespace {

using golden::formula;
using golden::relative_error;

class SignalHeadTest : public testing::Test {
 protected:
  static constexpr int64_t kSignals = 2, kFeatures = 4, kHidden = 3;

  const SignalHead& head(int64_t hidden) {
    model_->add_signal_head({0.5F, -2.0F}, kFeatures, hidden);
    return model_->signal_head().value();
  }
  /// W2 that is not zero.
  const SignalHead& trained_head() {
    const SignalHead& made = head(kHidden);
    at::NoGradGuard no_grad;
    made.w2->master.copy_(formula("w2", {1, kHidden}, 1));
    made.b1->master.copy_(formula("b1", {kHidden}, 1));
    return made;
  }

  std::unique_ptr<LanguageModel> model_ = golden::tiny_model("llama", "frozen");
  at::Tensor features_ = formula("features", {5, kFeatures}, 2);  // [N, F]
};

TEST_F(SignalHeadTest, BeginsAsTheWeightedSumOfTheSignals) {
  const at::Tensor offsets = head(kHidden)(features_);
  EXPECT_LT(relative_error(offsets.detach(), 0.5 * features_.select(1, 0) - 2 * features_.select(1, 1)),
            1e-6);
}

TEST_F(SignalHeadTest, IsTheSumAloneWithoutANetwork) {
  const SignalHead& plain = head(0);
  EXPECT_EQ(plain.w1, nullptr);
  EXPECT_LT(
      relative_error(plain(features_).detach(), 0.5 * features_.select(1, 0) - 2 * features_.select(1, 1)),
      1e-6);
  EXPECT_EQ(model_->parameters().trainable_elements(), kSignals);
}

TEST_F(SignalHeadTest, AddsATwoLayerNetworkOverAllFeatures) {
  const SignalHead& made = trained_head();
  const at::Tensor w1 = made.w1->master.detach(), b1 = made.b1->master.detach(),
                   w2 = made.w2->master.detach();
  const at::Tensor z = at::mm(features_, w1.t()) + b1;
  const at::Tensor network = at::mm(z * 0.5 * (1 + at::erf(z / std::sqrt(2.0))), w2.t()).squeeze(1);
  const at::Tensor sum = 0.5 * features_.select(1, 0) - 2 * features_.select(1, 1);
  EXPECT_LT(relative_error(made(features_).detach(), sum + network), 1e-5);
}

TEST_F(SignalHeadTest, IsTrainedWhereTheModelIsFrozen) {
  const SignalHead& made = trained_head();
  EXPECT_EQ(model_->parameters().trainable_elements(), kSignals + kHidden * kFeatures + 2 * kHidden);
  torch::autograd::backward({made(features_).sum()}, {});
  model_->parameters().collect_gradients();
  EXPECT_LT(relative_error(made.weights->gradient.squeeze(0), features_.slice(1, 0, kSignals).sum(0)), 1e-6);
  for (const Parameter* parameter : {made.w1, made.b1, made.w2})
    EXPECT_GT(parameter->gradient.abs().max().item<float>(), 0) << parameter->name();
}

TEST_F(SignalHeadTest, HasTheSameWeightsForTheSameSeed) {
  const auto other = golden::tiny_model("llama", "frozen");
  other->add_signal_head({0.5F, -2.0F}, kFeatures, kHidden);
  EXPECT_TRUE(at::equal(head(kHidden).w1->master.detach(), other->signal_head()->w1->master.detach()));
}

}  // namespace
}  // namespace r2rank::model
