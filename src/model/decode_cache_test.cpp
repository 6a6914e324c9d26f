#include "model/decode_cache.h"

#include <gtest/gtest.h>

#include "model/growing_cache.h"
#include "model/plain_decode_cache.h"
#include "model/tile_attention.h"

namespace r2rank::model {
namespace {

bool is_plain(at::ScalarType type, const testing::Heads& shape) {
  const DecodeLayout layout = testing::layout_of(1);
  const auto cache = make_decode_cache(layout, type, at::kCPU, shape.heads, shape.kv_heads, shape.width);
  return dynamic_cast<const PlainDecodeCache*>(cache.get()) != nullptr;
}

TEST(DecodeCaches, ArePackedWhereTilesRun) {
  EXPECT_EQ(is_plain(at::kBFloat16, {9, 3, 64}), !tile_attention_available(at::kBFloat16, 64, 3));
  EXPECT_EQ(is_plain(at::kFloat, {9, 3, 64}), !tile_attention_available(at::kFloat, 64, 3));
}

TEST(DecodeCaches, ArePlainForHeadsNoTileHolds) {
  EXPECT_TRUE(is_plain(at::kFloat, {2, 1, 7}));
}

TEST(DecodeCaches, CountTheRowsOfTheirLayout) {
  EXPECT_EQ(testing::layout_of(4).rows(), 20);
}

}  // namespace
}  // namespace r2rank::model
