#include "learn/critic.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "model/golden_models.h"

namespace r2rank::learn {
namespace {

constexpr int64_t kWidth = 6, kHidden = 16;

Critic critic_of(uint64_t seed = 7) {
  return {kWidth, kHidden, AdamWOptions{}, seed, at::kCPU};
}

at::Tensor states_of(const std::string& name, int64_t count) {
  return model::golden::formula(name, {count, kWidth});
}

/// One step towards these values; the mean squared error before it.
double learn(Critic& critic, const at::Tensor& states, const std::vector<int64_t>& candidates,
             const at::Tensor& wanted) {
  const at::Tensor error = critic(states, candidates) - wanted;
  torch::autograd::backward({error.square().sum() / 2}, {});
  critic.parameters().collect_gradients();
  critic.optimizer().step(0, 0.03, critic.optimizer().gradient_norm());
  critic.parameters().zero_gradients();
  return error.square().mean().item<double>();
}

TEST(Critic, StartsWithAValueOfZero) {
  EXPECT_TRUE(critic_of()(states_of("h", 5), {2, 3}).equal(at::zeros({2, 2})));
}

TEST(Critic, GivesASlateTheMeanOverItsOwnCandidates) {
  Critic critic = critic_of();
  const at::Tensor states = states_of("h", 5);
  learn(critic, states, {2, 3}, at::tensor({0.5, 0.25, 0.75, 1.0}).view({2, 2}).to(at::kFloat));
  const at::Tensor found = critic(states, {2, 3}), each = critic(states, {1, 1, 1, 1, 1});
  EXPECT_TRUE(found[0].allclose(each.slice(0, 0, 2).mean(0)));
  EXPECT_TRUE(found[1].allclose(each.slice(0, 2, 5).mean(0)));
}

TEST(Critic, LearnsTheRewardsOfSlatesThatDiffer) {
  Critic critic = critic_of();
  const at::Tensor states = states_of("h", 6);
  const at::Tensor wanted = at::tensor({0.2, 0.9, 0.6, 0.4}).view({2, 2}).to(at::kFloat);
  const double before = learn(critic, states, {3, 3}, wanted);
  double after = before;
  for (int step = 0; step < 200; ++step) after = learn(critic, states, {3, 3}, wanted);
  EXPECT_LT(after, 1e-3 * before);
}

TEST(Critic, TeachesTheStatesNothing) {
  Critic critic = critic_of();
  const at::Tensor states = states_of("h", 4).requires_grad_(true);
  learn(critic, states, {4}, at::ones({1, 2}));
  learn(critic, states, {4}, at::ones({1, 2}));
  EXPECT_FALSE(states.grad().defined());
}

TEST(Critic, StartsFromItsSeed) {
  const auto first_weight = [](uint64_t seed) { return critic_of(seed).parameters().all().front().master; };
  EXPECT_TRUE(first_weight(7).equal(first_weight(7)));
  EXPECT_FALSE(first_weight(7).equal(first_weight(8)));
}

}  // namespace
}  // namespace r2rank::learn
