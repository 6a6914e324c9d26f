#include "model/packed_decode_cache.h"

#include <gtest/gtest.h>

#include "model/growing_cache.h"
#include "model/plain_decode_cache.h"
#include "model/tile_attention.h"

namespace r2rank::model {
namespace {

using testing::Heads;

class PackedDecodeCaches : public ::testing::TestWithParam<Heads> {
 protected:
  double worst_difference(at::ScalarType type, int64_t copies) const {
    const auto [heads, kv_heads, width] = GetParam();
    const DecodeLayout layout = testing::layout_of(copies);
    PlainDecodeCache plain(layout);
    const auto packed = make_packed_decode_cache(layout, type, heads, kv_heads, width);
    const auto expected = grow(plain, layout, GetParam(), type),
               found = grow(*packed, layout, GetParam(), type);
    double worst = 0;
    for (size_t i = 0; i < found.size(); ++i)
      worst = std::max(worst, golden::relative_error(found[i].out, expected[i].out));
    return worst;
  }
  bool available(at::ScalarType type) const {
    return tile_attention_available(type, GetParam().width, GetParam().heads / GetParam().kv_heads);
  }
};

TEST_P(PackedDecodeCaches, AgreeWithPlainOnesInF32) {
  if (!available(at::kFloat)) GTEST_SKIP() << "this CPU has no tile products in f32";
  for (const int64_t copies : {1, 4, 30}) EXPECT_LT(worst_difference(at::kFloat, copies), 1e-5) << copies;
}

TEST_P(PackedDecodeCaches, AgreeWithPlainOnesInBf16) {
  if (!available(at::kBFloat16)) GTEST_SKIP() << "this CPU has no tile products in bf16";
  for (const int64_t copies : {1, 4, 30}) EXPECT_LT(worst_difference(at::kBFloat16, copies), 2e-2) << copies;
}

INSTANTIATE_TEST_SUITE_P(Heads, PackedDecodeCaches,
                         ::testing::Values(Heads{9, 3, 64}, Heads{4, 4, 32}, Heads{8, 1, 80},
                                           Heads{4, 2, 128}),
                         [](const auto& test) {
                           return fmt::format("{}_{}_{}", test.param.heads, test.param.kv_heads,
                                              test.param.width);
                         });

}  // namespace
}  // namespace r2rank::model
