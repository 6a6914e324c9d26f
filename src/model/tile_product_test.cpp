#include "model/tile_product.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <vector>

#include "model/golden_models.h"

namespace r2rank::model {
namespace {

template <class T>
class TileProduct : public testing::Test {
 protected:
  static constexpr at::ScalarType kType = std::is_same_v<T, float> ? at::kFloat : at::kBFloat16;
  void SetUp() override {
    if (!tile_products_available(kType)) GTEST_SKIP() << "this CPU has no matrix instructions for the type";
  }
  static at::Tensor values(const char* name, std::vector<int64_t> shape) {
    return golden::formula(name, shape).to(kType);
  }
};

using Types = testing::Types<float, at::BFloat16>;
TYPED_TEST_SUITE(TileProduct, Types);

TYPED_TEST(TileProduct, OfTransposedRowsLeavesPaddingColumnsZero) {
  const at::Tensor a = this->values("a", {7, 32}), x = this->values("x", {20, 32});
  std::vector<TypeParam> packed(32 * 32, TypeParam(9));
  pack_transposed(x.const_data_ptr<TypeParam>(), 32, 20, 32, 32, packed.data());
  at::Tensor c = at::full({7, 32}, 5.0F);
  tile_product<TypeParam>(7, 32, 32, a.const_data_ptr<TypeParam>(), 32, packed.data(), c.data_ptr<float>(),
                          32, false);
  const at::Tensor expected = at::mm(a.to(at::kFloat), x.to(at::kFloat).t());
  EXPECT_LT(golden::relative_error(c.slice(1, 0, 20), expected), 1e-6);
  EXPECT_EQ(c.slice(1, 20, 32).abs().max().item<float>(), 0.0F);
}

TYPED_TEST(TileProduct, OfRowsAddsToWhatIsThere) {
  const at::Tensor a = this->values("a", {5, 16}), x = this->values("x", {11, 48});
  std::vector<TypeParam> packed(16 * 48, TypeParam(9));
  pack_rows(x.const_data_ptr<TypeParam>(), 48, 11, 16, 48, packed.data());
  at::Tensor c = at::ones({5, 48});
  tile_product<TypeParam>(5, 48, 16, a.const_data_ptr<TypeParam>(), 16, packed.data(), c.data_ptr<float>(),
                          48, true);
  const at::Tensor expected = at::mm(a.slice(1, 0, 11).to(at::kFloat), x.to(at::kFloat)) + 1;
  EXPECT_LT(golden::relative_error(c, expected), 1e-6);
}

}  // namespace
}  // namespace r2rank::model
