#include "model/token_logprob.h"

#include <c10/core/Allocator.h>
#include <c10/util/ThreadLocalDebugInfo.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "model/golden_models.h"

namespace r2rank::model {
namespace {

using golden::formula;
using golden::relative_error;

constexpr int64_t kWidth = 24, kVocabulary = 97;

struct Case {
  int64_t tokens;
  double temperature;
};

class Chunks : public testing::TestWithParam<Case> {
 protected:
  Parameter& table(at::ScalarType type, bool trainable = true) {
    return store_.add({{"table", 0, kVocabulary}}, ParameterKind::kMatrix,
                      formula("table", {kVocabulary, kWidth}, 1), type, trainable);
  }
  at::Tensor targets() const {
    return at::arange(GetParam().tokens, at::kLong).mul(31).remainder(kVocabulary);
  }
  at::Tensor states() const { return formula("states", {GetParam().tokens, kWidth}, 1); }

  ParameterStore store_;
};

/// The same by plain log_softmax over the whole [M, V].
TokenLogprobs plain(const at::Tensor& states, const at::Tensor& table, const at::Tensor& targets,
                    double temperature) {
  const at::Tensor log_p = at::log_softmax(at::mm(states, table.t()) / temperature, 1);
  return {log_p.gather(1, targets.unsqueeze(1)).squeeze(1), -(log_p.exp() * log_p).sum(1)};
}

TEST_P(Chunks, EqualPlainLogSoftmaxForwardAndBackward) {
  Parameter& parameter = table(at::kFloat);
  const at::Tensor h = states().requires_grad_(true), plain_h = states().requires_grad_(true);
  const at::Tensor e = parameter.master.detach().clone().requires_grad_(true);
  const auto found = token_logprobs(h, parameter, targets(), GetParam().temperature);
  const auto expected = plain(plain_h, e, targets(), GetParam().temperature);
  EXPECT_LT(relative_error(found.logprob, expected.logprob.detach()), 1e-5);
  EXPECT_LT(relative_error(found.entropy, expected.entropy.detach()), 1e-5);

  const at::Tensor a = formula("a", {GetParam().tokens}), b = formula("b", {GetParam().tokens});
  torch::autograd::backward({(found.logprob * a + found.entropy * b).sum()}, {});
  torch::autograd::backward({(expected.logprob * a + expected.entropy * b).sum()}, {});
  EXPECT_LT(relative_error(h.grad(), plain_h.grad()), 1e-5);
  EXPECT_LT(relative_error(parameter.gradient_sum(), e.grad()), 1e-5);
}

TEST_P(Chunks, GiveTheGradientOfTheEntropyAlone) {
  Parameter& parameter = table(at::kFloat);
  const at::Tensor h = states().requires_grad_(true), plain_h = states().requires_grad_(true);
  torch::autograd::backward({token_logprobs(h, parameter, targets(), GetParam().temperature).entropy.sum()},
                            {});
  torch::autograd::backward(
      {plain(plain_h, parameter.master, targets(), GetParam().temperature).entropy.sum()}, {});
  EXPECT_LT(relative_error(h.grad(), plain_h.grad()), 1e-5);
}

TEST_P(Chunks, AreCloseInBf16) {
  Parameter& parameter = table(at::kBFloat16);
  const at::Tensor h = states().to(at::kBFloat16).requires_grad_(true);
  const at::Tensor plain_h = h.detach().to(at::kFloat).requires_grad_(true);
  const at::Tensor e = parameter.compute.detach().to(at::kFloat).requires_grad_(true);
  const auto found = token_logprobs(h, parameter, targets(), GetParam().temperature);
  const auto expected = plain(plain_h, e, targets(), GetParam().temperature);
  EXPECT_LT(relative_error(found.logprob, expected.logprob.detach()), 1e-2);
  torch::autograd::backward({found.logprob.sum()}, {});
  torch::autograd::backward({expected.logprob.sum()}, {});
  EXPECT_LT(relative_error(h.grad(), plain_h.grad()), 2e-2);
  EXPECT_LT(relative_error(parameter.gradient_sum(), e.grad()), 2e-2);
}

INSTANTIATE_TEST_SUITE_P(Sizes, Chunks,
                         testing::Values(Case{1, 1.0}, Case{255, 1.0}, Case{256, 0.7}, Case{257, 1.0},
                                         Case{257, 0.7}, Case{513, 1.3}),
                         [](const auto& test) {
                           return std::to_string(test.param.tokens) + "_" +
                                  std::to_string(static_cast<int>(test.param.temperature * 10));
                         });

TEST(TokenLogprobs, LeaveAFrozenTableAlone) {
  ParameterStore store;
  Parameter& table = store.add({{"table", 0, kVocabulary}}, ParameterKind::kMatrix,
                               formula("table", {kVocabulary, kWidth}), at::kFloat, false);
  const at::Tensor h = formula("states", {3, kWidth}).requires_grad_(true);
  torch::autograd::backward({token_logprobs(h, table, at::tensor({1, 2, 3}, at::kLong), 1.0).logprob.sum()},
                            {});
  EXPECT_TRUE(h.grad().defined());
  EXPECT_FALSE(table.gradient.defined());
}

/// The most bytes that tensors made by this thread have held at once.
class HeldBytes : public c10::MemoryReportingInfoBase {
 public:
  void reportMemoryUsage(void*, int64_t size, size_t, size_t, c10::Device) override {
    held_ += size;
    peak = std::max(peak, held_);
  }
  bool memoryProfilingEnabled() const override { return true; }

  int64_t peak = 0;

 private:
  int64_t held_ = 0;
};

/// What log-probabilities and their gradients hold beside their input.
int64_t bytes_held(Parameter& table, int64_t tokens) {
  const at::Tensor states = formula("states", {tokens, kWidth}, 1).to(at::kBFloat16).requires_grad_(true);
  const at::Tensor targets = at::arange(tokens, at::kLong).remainder(table.compute.size(0));
  const auto held = std::make_shared<HeldBytes>();
  const c10::DebugInfoGuard guard(c10::DebugInfoKind::PROFILER_STATE, held);
  torch::autograd::backward({token_logprobs(states, table, targets, 1).logprob.sum()}, {});
  return held->peak;
}

TEST(TokenLogprobs, HoldNoTensorOfTokensTimesVocabulary) {
  constexpr int64_t kTokens = 2048, kManyTokens = 4 * kTokens, kLarge = 4096;
  ParameterStore store;
  Parameter& table = store.add({{"table", 0, kLarge}}, ParameterKind::kMatrix,
                               formula("table", {kLarge, kWidth}, 1), at::kBFloat16, true);
  const int64_t few = bytes_held(table, kTokens), many = bytes_held(table, kManyTokens);
  EXPECT_GT(few, kLarge);  // that is, they were counted
  EXPECT_LT(many - few, (kManyTokens - kTokens) * kLarge / 8);
}

TEST(TokenLogprobs, AreThoseOfTheLogits) {
  ParameterStore store;
  Parameter& table = store.add({{"table", 0, kVocabulary}}, ParameterKind::kMatrix,
                               formula("table", {kVocabulary, kWidth}), at::kFloat, false);
  const at::Tensor h = formula("states", {5, kWidth}), targets = at::tensor({0, 96, 5, 5, 50}, at::kLong);
  const at::Tensor expected =
      at::log_softmax(token_logits(h, table), 1).gather(1, targets.unsqueeze(1)).squeeze(1);
  EXPECT_LT(relative_error(token_logprobs(h, table, targets, 1.0).logprob, expected), 1e-6);
}

}  // namespace
}  // namespace r2rank::model
