#include "model/parameter.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "model/golden_models.h"

namespace r2rank::model {
namespace {

using golden::formula;

class Store : public testing::Test {
 protected:
  Parameter& add(const std::string& name, at::ScalarType type, bool trainable = true) {
    return store_.add({{name, 0, 3}}, ParameterKind::kMatrix, formula(name, {3, 2}, 1), type, trainable);
  }
  static void backward(const Parameter& parameter, double factor) {
    torch::autograd::backward({(parameter.compute * factor).sum()}, {});
  }
  ParameterStore store_;
};

TEST_F(Store, ComputesWithTheMasterItselfInF32) {
  const Parameter& parameter = add("w", at::kFloat);
  EXPECT_EQ(parameter.master.data_ptr(), parameter.compute.data_ptr());
  EXPECT_FALSE(parameter.master.requires_grad());
  EXPECT_TRUE(parameter.compute.requires_grad() && parameter.compute.is_leaf());
}

TEST_F(Store, RoundsMastersToBf16OnPublishing) {
  Parameter& parameter = add("w", at::kBFloat16);
  EXPECT_TRUE(parameter.compute.detach().equal(parameter.master.to(at::kBFloat16)));
  parameter.master.add_(1e-4);
  const at::Tensor old = parameter.compute.detach().clone();
  parameter.master.mul_(3);
  EXPECT_TRUE(parameter.compute.detach().equal(old));
  store_.publish();
  EXPECT_TRUE(parameter.compute.detach().equal(parameter.master.to(at::kBFloat16)));
  EXPECT_TRUE(parameter.compute.requires_grad() && parameter.compute.is_leaf());
}

TEST_F(Store, KeepsNoMasterOfWhatIsFrozenInBf16) {
  EXPECT_FALSE(add("w", at::kBFloat16, false).master.defined());
  EXPECT_TRUE(add("v", at::kFloat, false).master.defined());
  EXPECT_TRUE(store_.trainable().empty());
  EXPECT_EQ(store_.trainable_elements(), 0);
}

TEST_F(Store, CountsAWeightVersionForEveryPublishing) {
  const auto before = store_.version();
  store_.publish();
  store_.publish();
  EXPECT_EQ(store_.version(), before + 2);
}

TEST_F(Store, SumsGradientsOfSeveralBackwardPassesInF32) {
  // 256 + 1 is no bf16 number: summed in bf16 the second pass would be lost.
  Parameter& parameter = add("w", at::kBFloat16);
  for (const double factor : {256.0, 1.0}) {
    backward(parameter, factor);
    store_.collect_gradients();
    EXPECT_FALSE(parameter.compute.grad().defined());
  }
  EXPECT_EQ(parameter.gradient.scalar_type(), at::kFloat);
  EXPECT_TRUE(parameter.gradient.equal(at::full({3, 2}, 257.0F)));
  store_.collect_gradients();  // nothing pending: nothing added
  EXPECT_TRUE(parameter.gradient.equal(at::full({3, 2}, 257.0F)));
}

TEST_F(Store, ForgetsGradientsCollectedAndPending) {
  Parameter& parameter = add("w", at::kFloat);
  backward(parameter, 2);
  store_.collect_gradients();
  backward(parameter, 5);
  store_.zero_gradients();
  store_.collect_gradients();
  EXPECT_TRUE(parameter.gradient.equal(at::zeros({3, 2})));
}

TEST_F(Store, KeepsOrderAndAddresses) {
  const Parameter* first = &add("0", at::kFloat);
  for (int i = 1; i < 100; ++i) add(std::to_string(i), at::kFloat, i % 2 == 0);
  EXPECT_EQ(&store_.all().front(), first);
  EXPECT_EQ(store_.all()[42].name(), "42");
  EXPECT_EQ(store_.trainable().size(), 50u);
  EXPECT_EQ(store_.trainable_elements(), 50 * 6);
}

}  // namespace
}  // namespace r2rank::model
