#include "model/fused_ops.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <functional>

#include "model/golden_models.h"

namespace r2rank::model {
namespace {

using golden::formula;
using golden::relative_error;
using Op = std::function<at::Tensor(const std::vector<at::Tensor>&)>;

/// Outputs and gradients of `fused` against those of `plain`, which computes in f32 from the same (rounded)
/// inputs.
void expect_equal(const Op& fused, const Op& plain, std::vector<at::Tensor> inputs, at::ScalarType type,
                  double tolerance) {
  std::vector<at::Tensor> rounded, wide;
  for (const auto& input : inputs) {
    rounded.push_back(input.to(type, false, true).requires_grad_(true));
    wide.push_back(rounded.back().detach().to(at::kFloat, false, true).requires_grad_(true));
  }
  const at::Tensor found = fused(rounded), expected = plain(wide);
  ASSERT_EQ(found.scalar_type(), type);
  EXPECT_LT(relative_error(found, expected.detach()), tolerance);
  const at::Tensor weights = formula("weights", expected.sizes().vec()).to(type);
  torch::autograd::backward({found}, {weights});
  torch::autograd::backward({expected}, {weights.to(at::kFloat)});
  for (size_t i = 0; i < inputs.size(); ++i)
    EXPECT_LT(relative_error(rounded[i].grad(), wide[i].grad()), tolerance) << "input " << i;
}

/// Rows around the kernels' grain of 16, widths around vector lengths.
struct Shape {
  int64_t rows, width;
};

class FusedOps : public testing::TestWithParam<Shape> {
 protected:
  void in_both_types(const Op& fused, const Op& plain, const std::vector<at::Tensor>& inputs) {
    expect_equal(fused, plain, inputs, at::kFloat, 1e-5);
    expect_equal(fused, plain, inputs, at::kBFloat16, 1e-2);
  }
  int64_t rows_ = GetParam().rows, width_ = GetParam().width;
};

TEST_P(FusedOps, NormaliseByTheRootMeanSquare) {
  const auto plain = [](const std::vector<at::Tensor>& in) {
    return in[0] * at::rsqrt(in[0].square().mean(-1, true) + 1e-5) * in[1];
  };
  in_both_types([](const auto& in) { return rms_norm(in[0], in[1], 1e-5); }, plain,
                {formula("x", {rows_, width_}, 3), formula("w", {width_}, 0.5, 1)});
}

TEST_P(FusedOps, NormaliseHeadsOfThreeDimensions) {
  const auto plain = [](const std::vector<at::Tensor>& in) {
    return in[0] * at::rsqrt(in[0].square().mean(-1, true) + 1e-6) * in[1];
  };
  in_both_types([](const auto& in) { return rms_norm(in[0], in[1], 1e-6); }, plain,
                {formula("x", {rows_, 3, width_}, 2), formula("w", {width_}, 0.5, 1)});
}

TEST_P(FusedOps, GateBySiLU) {
  const auto plain = [](const std::vector<at::Tensor>& in) {
    const auto halves = in[0].chunk(2, 1);
    return at::silu(halves[0]) * halves[1];
  };
  in_both_types([](const auto& in) { return swiglu(in[0]); }, plain, {formula("x", {rows_, 2 * width_}, 4)});
}

TEST_P(FusedOps, RotateHalves) {
  const at::Tensor angles = formula("angles", {rows_, width_}, 3), cos = angles.cos(), sin = angles.sin();
  const auto plain = [&](const std::vector<at::Tensor>& in) {
    const auto halves = in[0].chunk(2, -1);
    const at::Tensor c = cos.unsqueeze(1), s = sin.unsqueeze(1);
    return at::cat({halves[0] * c - halves[1] * s, halves[1] * c + halves[0] * s}, -1);
  };
  in_both_types([&](const auto& in) { return rotary(in[0], cos, sin); }, plain,
                {formula("x", {rows_, 3, 2 * width_}, 2)});
}

TEST_P(FusedOps, NormaliseBesideTheInputItself) {
  const auto plain = [](const std::vector<at::Tensor>& in) {
    return 2 * in[0] + in[0] * at::rsqrt(in[0].square().mean(-1, true) + 1e-5) * in[1];
  };
  const auto fused = [](const std::vector<at::Tensor>& in) {
    const Normed both = rms_norm_and_input(in[0], in[1], 1e-5);
    return 2 * both.x + both.normed;
  };
  in_both_types(fused, plain, {formula("x", {rows_, width_}, 3), formula("w", {width_}, 0.5, 1)});
}

TEST_P(FusedOps, TakeTheFusedProductApart) {
  constexpr int64_t kHeads = 3, kKvHeads = 2;
  const int64_t d = 2 * width_;
  const at::Tensor angles = formula("angles", {rows_, width_}, 3), cos = angles.cos(), sin = angles.sin();
  const auto plain = [&](const std::vector<at::Tensor>& in) {
    const auto parts = in[0].split_with_sizes({kHeads * d, kKvHeads * d, kKvHeads * d}, 1);
    const auto turned = [&](const at::Tensor& part, int64_t heads) {
      const auto halves = part.reshape({rows_, heads, d}).chunk(2, -1);
      const at::Tensor c = cos.unsqueeze(1), s = sin.unsqueeze(1);
      return at::cat({halves[0] * c - halves[1] * s, halves[1] * c + halves[0] * s}, -1);
    };
    return at::cat(
        {turned(parts[0], kHeads), turned(parts[1], kKvHeads), parts[2].reshape({rows_, kKvHeads, d})}, 1);
  };
  const auto fused = [&](const std::vector<at::Tensor>& in) {
    const Qkv parts = split_and_rotate(in[0], cos, sin, kHeads, kKvHeads);
    return at::cat({parts.q, parts.k, parts.v}, 1);
  };
  in_both_types(fused, plain, {formula("packed", {rows_, (kHeads + 2 * kKvHeads) * d}, 2)});
}

INSTANTIATE_TEST_SUITE_P(Shapes, FusedOps,
                         testing::Values(Shape{1, 2}, Shape{2, 3}, Shape{15, 7}, Shape{16, 8}, Shape{17, 17},
                                         Shape{33, 31}, Shape{50, 64}, Shape{3, 577}),
                         [](const auto& test) {
                           return std::to_string(test.param.rows) + "x" + std::to_string(test.param.width);
                         });

TEST(FusedOpsOnSlices, ReadInputsThatAreNotContiguous) {
  const at::Tensor wide = formula("wide", {9, 40}), part = wide.slice(1, 5, 25);
  EXPECT_TRUE(rms_norm(part, at::ones({20}), 1e-5).equal(rms_norm(part.contiguous(), at::ones({20}), 1e-5)));
  EXPECT_TRUE(swiglu(part).equal(swiglu(part.contiguous())));
  const at::Tensor heads = wide.slice(1, 0, 24).reshape({9, 3, 8}).transpose(0, 1), c = formula("c", {3, 4});
  EXPECT_TRUE(rotary(heads, c, c).equal(rotary(heads.contiguous(), c, c)));
}

TEST(FusedOpsAtExtremes, StayFinite) {
  const at::Tensor gates = at::tensor({-300.0F, -88.0F, 0.0F, 88.0F, 300.0F}).view({1, 5});
  const at::Tensor found = swiglu(at::cat({gates, at::ones({1, 5})}, 1));
  EXPECT_LT(relative_error(found, at::silu(gates)), 1e-6);
  EXPECT_TRUE(rms_norm(at::zeros({2, 4}), at::ones({4}), 1e-6).equal(at::zeros({2, 4})));
}

}  // namespace
}  // namespace r2rank::model
