#pragma once

#include "model/decode_cache.h"

namespace r2rank::model {

/// The cache as packed tiles, for CPUs where tile products run (tile_product.h): the tokens of roots and
/// leaves stand once, whatever the number of rows that see them, and are multiplied with all those rows'
/// queries together; a row's own tokens are read in one pass for all heads of a group. f32 or bf16.
std::unique_ptr<DecodeCache> make_packed_decode_cache(const DecodeLayout& layout, at::ScalarType type,
                                                      int64_t heads, int64_t kv_heads, int64_t head_width);

}  // namespace r2rank::model
