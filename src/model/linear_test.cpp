#include "model/linear.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "model/golden_models.h"

namespace r2rank::model {
namespace {

using golden::formula;
using golden::relative_error;

class LinearTest : public testing::Test {
 protected:
  Parameter& add(const std::string& name, std::vector<int64_t> shape, at::ScalarType type = at::kFloat,
                 bool trainable = true) {
    return store_.add({{name, 0, shape[0]}}, ParameterKind::kMatrix, formula(name, shape, 1), type,
                      trainable);
  }
  ParameterStore store_;
};

TEST_F(LinearTest, MultipliesAndAddsTheBias) {
  const Linear linear{&add("w", {10, 4}), &add("b", {10}), {}};
  const at::Tensor x = formula("x", {3, 4});
  EXPECT_TRUE(linear(x).equal(at::linear(x, linear.weight->compute, linear.bias->compute)));
}

TEST_F(LinearTest, AddsAdaptersToTheirOwnColumns) {
  // Columns 0-2 and 6-7 stay plain: an adapter in the middle and one before the end.
  Linear linear{&add("w", {10, 4}), nullptr, {}};
  linear.adapters = {{&add("a1", {2, 4}), &add("b1", {3, 2}), 0.5, 3, 6},
                     {&add("a2", {2, 4}), &add("b2", {2, 2}), 2, 8, 10}};
  const at::Tensor x = formula("x", {3, 4});
  at::Tensor whole = linear.weight->master.detach().clone();
  for (const auto& adapter : linear.adapters)
    whole.slice(0, adapter.begin, adapter.end)
        .add_(at::mm(adapter.b->master.detach(), adapter.a->master.detach()), adapter.scale);
  EXPECT_LT(relative_error(linear(x), at::linear(x, whole)), 1e-6);

  linear.adapters.pop_back();
  EXPECT_LT(relative_error(linear(x).slice(1, 6), at::linear(x, linear.weight->compute).slice(1, 6).detach()),
            1e-6);
}

TEST_F(LinearTest, EmbedsIdsAndSumsGradientsOfRepeatedOnes) {
  Parameter& table = add("table", {7, 3});
  const at::Tensor ids = at::tensor({2, 5, 2, 2, 0}, at::kLong), weights = formula("weights", {5, 3});
  const at::Tensor plain = table.master.detach().clone().requires_grad_(true);
  const at::Tensor found = embed(table, ids);
  EXPECT_TRUE(found.equal(plain.index_select(0, ids)));
  torch::autograd::backward({(found * weights).sum()}, {});
  torch::autograd::backward({(plain.index_select(0, ids) * weights).sum()}, {});
  store_.collect_gradients();
  EXPECT_LT(relative_error(table.gradient, plain.grad()), 1e-6);
}

TEST_F(LinearTest, SumsAThousandRepeatsInF32) {
  // In bf16 such a sum would stop at 256.
  Parameter& table = add("table", {2, 1}, at::kBFloat16);
  torch::autograd::backward({embed(table, at::zeros({1000}, at::kLong)).sum()}, {});
  EXPECT_EQ(table.gradient_sum()[0][0].item<float>(), 1000);
  EXPECT_EQ(table.gradient_sum()[1][0].item<float>(), 0);
}

TEST_F(LinearTest, EmbedsFromAFrozenTableWithoutAGraph) {
  Parameter& table = add("table", {7, 3}, at::kFloat, false);
  EXPECT_FALSE(embed(table, at::tensor({1}, at::kLong)).requires_grad());
  at::NoGradGuard no_grad;
  EXPECT_FALSE(embed(add("other", {7, 3}), at::tensor({1}, at::kLong)).requires_grad());
}

}  // namespace
}  // namespace r2rank::model
