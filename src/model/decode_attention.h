#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace r2rank::model {

/// Attention of one new token of each live sequence over that sequence's own cached keys and values.
/// q [R, heads, d]; caches [S, kv_heads, L, d]; rows[r] names the cache row of query r, lengths[r] how many
/// of its keys are valid. Writes out [R, heads, d] f32 (normalised) and lse [R, heads] f32. Keys are read
/// once for all heads of a group.
void cached_attention(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values,
                      const std::vector<int64_t>& rows, const std::vector<int64_t>& lengths, at::Tensor& out,
                      at::Tensor& lse);

}  // namespace r2rank::model
