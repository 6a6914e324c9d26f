#include "model/weight_panels.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "model/golden_models.h"
#include "model/packed_weight.h"
#include "model/tile_product.h"

namespace r2rank::model {
namespace {

using golden::formula;
using golden::relative_error;

at::Tensor wide(const at::Tensor& x) {
  return x.to(at::kDouble);
}

/// Widths of panels with and without padding, heights of one tile, several, and more than meet a panel at
/// once.
const std::vector<int64_t> kOutputs = {1, 16, 64, 100, 192}, kRows = {1, 15, 16, 40, 321};

TEST(WeightPanels, MultiplyAndAdd) {
  if (!tile_products_available(at::kBFloat16)) GTEST_SKIP() << "this CPU has no matrix instructions for bf16";
  for (const int64_t out : kOutputs)
    for (const int64_t m : kRows) {
      const at::Tensor w = formula("w", {out, 34}, 1).to(at::kBFloat16),
                       x = formula("x", {m, 34}, 1).to(at::kBFloat16),
                       b = formula("b", {out}, 1).to(at::kBFloat16),
                       r = formula("r", {m, out}, 1).to(at::kBFloat16);
      const WeightPanels panels = pack_panels(w);
      const at::Tensor plain = at::mm(wide(x), wide(w).t());
      EXPECT_LT(relative_error(panel_product(panels, x, {}, {}), plain), 5e-3) << out << " " << m;
      EXPECT_LT(relative_error(panel_product(panels, x, b, r), plain + wide(b) + wide(r)), 5e-3)
          << out << " " << m;
    }
}

class Int8Panels : public testing::TestWithParam<at::ScalarType> {
 protected:
  void SetUp() override {
    if (!tile_products_available(at::kChar)) GTEST_SKIP() << "this CPU has no int8 dot products";
  }
  /// What int8 means, in doubles: groups of 152 and 148 numbers of a row of 300, rounded to multiples of
  /// their largest / 127.
  static at::Tensor rounded(const at::Tensor& rows) {
    std::vector<at::Tensor> groups;
    for (const at::Tensor& group : wide(rows).split(152, 1)) {
      const at::Tensor step = group.abs().amax(1, true) / 127;
      groups.push_back(at::where(step > 0, (group / step).round() * step, at::zeros_like(step)));
    }
    return at::cat(groups, 1);
  }
};

TEST_P(Int8Panels, MultiplyRoundedNumbersExactly) {
  for (const int64_t out : kOutputs)
    for (const int64_t m : kRows) {
      const at::Tensor w = formula("w", {out, 300}, 1), x = formula("x", {m, 300}, 1).to(GetParam()),
                       b = formula("b", {out}, 1).to(GetParam()),
                       r = formula("r", {m, out}, 1).to(GetParam());
      const at::Tensor expected = at::mm(rounded(x), rounded(w).t());
      // A number halfway between two levels may be rounded to either.
      const double tolerance = GetParam() == at::kFloat ? 2e-3 : 6e-3;
      EXPECT_LT(relative_error(panel_product(quantize_panels(w), x, {}, {}), expected), tolerance)
          << out << " " << m;
      EXPECT_LT(relative_error(panel_product(quantize_panels(w), x, b, r), expected + wide(b) + wide(r)),
                tolerance);
    }
}

TEST_P(Int8Panels, OfZerosGiveZeros) {
  const at::Tensor w = at::zeros({20, 8}), x = at::zeros({3, 8}, GetParam());
  EXPECT_EQ(panel_product(quantize_panels(w), x, {}, {}).abs().sum().item<double>(), 0);
  EXPECT_EQ(panel_product(quantize_panels(at::ones({20, 8})), x, {}, {}).abs().sum().item<double>(), 0);
}

TEST_P(Int8Panels, SpreadWhatIsNoNumber) {
  const at::Tensor w = formula("w", {20, 300}, 1);
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    at::Tensor x = formula("x", {3, 300}, 1).to(GetParam());
    x[1][200] = bad;
    const at::Tensor y = panel_product(quantize_panels(w), x, {}, {});
    EXPECT_TRUE(y[1].isnan().all().item<bool>()) << bad;
    EXPECT_TRUE(y[0].isfinite().all().item<bool>() && y[2].isfinite().all().item<bool>()) << bad;
  }
}

TEST_P(Int8Panels, HoldTheLargestSumsExactly) {
  const at::Tensor w = at::ones({16, 4096}), x = at::ones({2, 4096}, GetParam());
  EXPECT_LT(
      relative_error(panel_product(quantize_panels(w), x, {}, {}), at::full({2, 16}, 4096.0, at::kDouble)),
      1e-6);
}

INSTANTIATE_TEST_SUITE_P(Types, Int8Panels, testing::Values(at::kFloat, at::kBFloat16),
                         [](const auto& test) { return std::string(at::toString(test.param)); });

TEST(PackedWeightInInt8, IsUsedAtEveryHeightAndFollowsTheWeight) {
  if (!tile_products_available(at::kChar)) GTEST_SKIP() << "this CPU has no int8 dot products";
  at::Tensor w = formula("w", {48, 32}, 1).to(at::kBFloat16);
  PackedWeight packed;
  packed.use_int8();
  for (const int64_t m : {2, 600}) {
    const at::Tensor x = formula("x", {m, 32}, 1).to(at::kBFloat16);
    EXPECT_TRUE(at::equal(packed.product(w, x), panel_product(quantize_panels(w), x, {}, {}))) << m;
  }
  w.mul_(2);
  const at::Tensor x = formula("x", {2, 32}, 1).to(at::kBFloat16);
  EXPECT_TRUE(at::equal(packed.product(w, x), panel_product(quantize_panels(w), x, {}, {})));
}

}  // namespace
}  // namespace r2rank::model
