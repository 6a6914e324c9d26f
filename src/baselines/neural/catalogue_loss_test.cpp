#include "baselines/neural/catalogue_loss.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace r2rank::baselines {
namespace {

struct Case {
  int64_t states, rows, width;
  bool bias;
};

class CatalogueLossTest : public ::testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(, CatalogueLossTest,
                         ::testing::Values(Case{1, 1, 1, false}, Case{3, 31, 5, true},
                                           Case{70, 257, 16, false}, Case{70, 1000, 24, true},
                                           Case{130, 33000, 8, false}, Case{5, 512, 64, true}));

TEST_P(CatalogueLossTest, EqualsCrossEntropyAndItsGradients) {
  const Case c = GetParam();
  at::manual_seed(3);
  const auto states = at::randn({c.states, c.width}).set_requires_grad(true);
  const auto table = at::randn({c.rows, c.width}).set_requires_grad(true);
  const auto bias = at::randn({c.rows}).set_requires_grad(true);
  const auto targets = at::randint(c.rows, {c.states}, at::kInt);
  auto logits = at::matmul(states, table.t());
  if (c.bias) logits = logits + bias;
  const auto loss = at::cross_entropy_loss(logits, targets.to(at::kLong));
  loss.backward();
  auto state_gradients = at::empty_like(states), table_gradients = at::full_like(table, 0.001),
       bias_gradients = at::full_like(bias, 0.001);
  CatalogueLoss ours;
  ours.set_table(table.const_data_ptr<float>(), c.rows, c.width,
                 c.bias ? bias.const_data_ptr<float>() : nullptr);
  const double sum = ours.run(states.const_data_ptr<float>(),
                              {targets.const_data_ptr<int32_t>(), static_cast<size_t>(c.states)},
                              state_gradients.data_ptr<float>(), table_gradients.data_ptr<float>(),
                              c.bias ? bias_gradients.data_ptr<float>() : nullptr);
  EXPECT_NEAR(sum / static_cast<double>(c.states), loss.item<double>(), 1e-5 * (1 + loss.item<double>()));
  EXPECT_TRUE(at::allclose(state_gradients, states.grad(), 1e-4, 1e-6));
  EXPECT_TRUE(at::allclose(table_gradients - 0.001, table.grad(), 1e-4, 1e-6));
  if (!c.bias) return;
  EXPECT_TRUE(at::allclose(bias_gradients - 0.001, bias.grad(), 1e-4, 1e-6));
}

TEST_P(CatalogueLossTest, WritesLogitsOfEveryRowAndNoMore) {
  const Case c = GetParam();
  const auto states = at::randn({c.states, c.width}), table = at::randn({c.rows, c.width});
  const auto bias = at::randn({c.rows});
  CatalogueLoss ours;
  ours.set_table(table.const_data_ptr<float>(), c.rows, c.width,
                 c.bias ? bias.const_data_ptr<float>() : nullptr);
  auto out = at::full({c.states, c.rows + 3}, 7.0F);
  ours.logits(states.const_data_ptr<float>(), c.states, out.data_ptr<float>(), c.rows + 3);
  auto expected = at::matmul(states, table.t());
  if (c.bias) expected = expected + bias;
  EXPECT_TRUE(at::allclose(out.narrow(1, 0, c.rows), expected, 1e-4, 1e-5));
  EXPECT_TRUE(out.narrow(1, c.rows, 3).eq(7).all().item<bool>());
}

TEST(CatalogueLoss, IsExactWhereATargetsProbabilityVanishes) {
  const auto table = at::tensor({300.0F, -300.0F}).view({2, 1});
  const float state = 1;
  const int32_t target = 1;
  float state_gradient = 0;
  auto table_gradients = at::zeros({2, 1});
  CatalogueLoss ours;
  ours.set_table(table.const_data_ptr<float>(), 2, 1);
  const double loss = ours.run(&state, {&target, 1}, &state_gradient, table_gradients.data_ptr<float>());
  EXPECT_NEAR(loss, 600, 1e-3);
  EXPECT_FLOAT_EQ(state_gradient, 600);
}

TEST(CatalogueLoss, IsNoNumberWhereAStateIsNone) {
  const auto table = at::ones({3, 1});
  const float state = NAN;
  const int32_t target = 1;
  float state_gradient = 0;
  auto table_gradients = at::zeros({3, 1});
  CatalogueLoss ours;
  ours.set_table(table.const_data_ptr<float>(), 3, 1);
  EXPECT_TRUE(std::isnan(ours.run(&state, {&target, 1}, &state_gradient, table_gradients.data_ptr<float>())));
}

}  // namespace
}  // namespace r2rank::baselines
