#include "model/packed_weight.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "model/golden_models.h"

namespace r2rank::model {
namespace {

using golden::formula;
using golden::relative_error;

class PackedWeights : public testing::TestWithParam<at::ScalarType> {
 protected:
  at::Tensor made(const std::string& name, std::vector<int64_t> shape) const {
    return formula(name, std::move(shape), 1).to(GetParam());
  }
  /// bf16 results are rounded once, whatever was added.
  double tolerance() const { return GetParam() == at::kFloat ? 1e-6 : 5e-3; }
  static at::Tensor wide(const at::Tensor& x) { return x.to(at::kDouble); }
};

TEST_P(PackedWeights, MultiplyInBothDirectionsAtEveryHeight) {
  const at::Tensor w = made("w", {48, 33});
  PackedWeight packed;
  for (const int64_t rows : {1, 3, 20, 81, 600}) {
    const at::Tensor x = made("x", {rows, 33}), y = made("y", {rows, 48});
    EXPECT_LT(relative_error(packed.product(w, x), at::mm(wide(x), wide(w).t())), tolerance()) << rows;
    EXPECT_LT(relative_error(packed.transposed_product(w, y), at::mm(wide(y), wide(w))), tolerance()) << rows;
  }
}

TEST_P(PackedWeights, AddBiasAndResidual) {
  const at::Tensor w = made("w", {48, 32}), x = made("x", {7, 32}), b = made("b", {48}),
                   r = made("r", {7, 48});
  PackedWeight packed;
  const at::Tensor plain = at::mm(wide(x), wide(w).t());
  EXPECT_LT(relative_error(packed.product(w, x, b), plain + wide(b)), tolerance());
  EXPECT_LT(relative_error(packed.product(w, x, {}, r), plain + wide(r)), tolerance());
  EXPECT_LT(relative_error(packed.product(w, x, b, r), plain + wide(b) + wide(r)), tolerance());
}

TEST_P(PackedWeights, FollowTheWeightWhenItChanges) {
  at::Tensor w = made("w", {16, 32});
  const at::Tensor x = made("x", {5, 32});
  PackedWeight packed;
  packed.product(w, x);
  w.mul_(2);
  EXPECT_LT(relative_error(packed.product(w, x), at::mm(wide(x), wide(w).t())), tolerance());
  const at::Tensor other = made("other", {16, 32});
  EXPECT_LT(relative_error(packed.product(other, x), at::mm(wide(x), wide(other).t())), tolerance());
}

TEST_P(PackedWeights, ForgetAWeightThatChangedThroughAPointer) {
  at::Tensor w = at::ones({16, 32}, GetParam());
  const at::Tensor x = at::ones({2, 32}, GetParam());
  PackedWeight packed;
  packed.product(w, x);
  std::memset(w.data_ptr(), 0, w.nbytes());
  packed.clear();
  EXPECT_EQ(packed.product(w, x).abs().sum().item<double>(), 0);
}

INSTANTIATE_TEST_SUITE_P(Types, PackedWeights, testing::Values(at::kFloat, at::kBFloat16),
                         [](const auto& test) { return std::string(at::toString(test.param)); });

}  // namespace
}  // namespace r2rank::model
