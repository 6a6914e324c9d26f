#include "baselines/neural/dense_layers.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace r2rank::baselines {
namespace {

TEST(DenseLayers, LinearAndNormEqualAutograd) {
  FlatParameters parameters;
  LinearLayer linear(parameters, "linear", 5, 7, normal_draw(1), normal_draw(1));
  const NormLayer norm(parameters, "norm", 7, 1e-12, normal_draw(1), normal_draw(1));
  parameters.allocate(3);
  linear.refresh(parameters.values());
  const at::Tensor x = at::randn({4, 5}).set_requires_grad(true);  // [4, 5]
  const at::Tensor upstream = at::randn({4, 7});                   // [4, 7]
  std::vector<at::Tensor> twin;
  for (const auto& [name, value] : parameters.tensors())
    twin.push_back(value.detach().clone().set_requires_grad(true));
  const at::Tensor expected = at::layer_norm(at::matmul(x, twin[0]) + twin[1], {7}, twin[2], twin[3], 1e-12);
  (expected * upstream).sum().backward();

  at::Tensor y = at::empty({4, 7}), x_gradient = at::empty({4, 5});
  NormLayer::Trace trace;
  linear.forward(parameters.values(), x.const_data_ptr<float>(), 4, y.data_ptr<float>());
  norm.forward(parameters.values(), y.data_ptr<float>(), 4, trace);
  EXPECT_TRUE(at::allclose(y, expected.detach(), 1e-4, 1e-5));
  at::Tensor gradient = upstream.clone();
  norm.backward(parameters.values(), gradient.data_ptr<float>(), 4, trace, parameters.gradients());
  linear.backward(x.const_data_ptr<float>(), gradient.const_data_ptr<float>(), 4, parameters.gradients(),
                  x_gradient.data_ptr<float>(), false);
  EXPECT_TRUE(at::allclose(x_gradient, x.grad(), 1e-3, 1e-4));
  const auto gradients = parameters.gradient_tensors();
  for (size_t i = 0; i < gradients.size(); ++i)
    EXPECT_TRUE(at::allclose(gradients[i].second, twin[i].grad(), 1e-3, 1e-4)) << gradients[i].first;
}

}  // namespace
}  // namespace r2rank::baselines
