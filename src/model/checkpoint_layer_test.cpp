#include "model/checkpoint_layer.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "model/golden_models.h"

namespace r2rank::model {
namespace {

using golden::formula;

struct Body {
  at::Tensor weight = formula("weight", {6, 6}, 1).requires_grad_(true);
  int runs = 0;

  std::function<at::Tensor(const at::Tensor&)> function() {
    return [this](const at::Tensor& x) {
      ++runs;
      return at::tanh(at::mm(x, weight));
    };
  }
};

TEST(Checkpointed, GivesTheValueAndGradientsOfItsBody) {
  Body kept, checked;
  const at::Tensor x = formula("x", {4, 6}).requires_grad_(true),
                   y = formula("x", {4, 6}).requires_grad_(true);
  const at::Tensor expected = kept.function()(kept.function()(x));
  const at::Tensor found = checkpointed(checked.function(), checkpointed(checked.function(), y));
  EXPECT_TRUE(found.equal(expected));
  torch::autograd::backward({expected.square().sum()}, {});
  torch::autograd::backward({found.square().sum()}, {});
  EXPECT_TRUE(y.grad().equal(x.grad()));
  EXPECT_TRUE(checked.weight.grad().equal(kept.weight.grad()));
  EXPECT_EQ(checked.runs, 4);  // twice forward, twice again on the way back
}

TEST(Checkpointed, ReachesParametersFromAnInputWithoutGradient) {
  Body kept, checked;
  const at::Tensor x = formula("x", {4, 6});
  torch::autograd::backward({kept.function()(x).sum()}, {});
  torch::autograd::backward({checkpointed(checked.function(), x).sum()}, {});
  EXPECT_TRUE(checked.weight.grad().equal(kept.weight.grad()));
  EXPECT_FALSE(x.requires_grad());
}

}  // namespace
}  // namespace r2rank::model
