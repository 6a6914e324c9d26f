#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace r2rank::model {

/// The cache rows that a step of decoding attends over: rows[r] of the cache belongs to query r, and
/// lengths[r] of its keys are valid. What devices other than the CPU need of it is made once, for all layers
/// of the step.
struct CachedRows {
  CachedRows(std::vector<int64_t> cache_rows, std::vector<int64_t> valid_lengths, at::Device device);

  std::vector<int64_t> rows, lengths;  ///< [R]
  at::Tensor index, last;              ///< [R] int64: rows; lengths - 1
  at::Tensor mask;  ///< [R, 1, 1, longest] additive (0 or -inf) in f32; undefined on the CPU
};

/// Attention of one new token of each live sequence over that sequence's own cached keys and values.
/// q [R, heads, d]; caches [S, kv_heads, L, d]. Writes out [R, heads, d] f32 (normalised) and lse [R, heads]
/// f32. Keys are read once for all heads of a group.
void cached_attention(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values,
                      const CachedRows& cached, at::Tensor& out, at::Tensor& lse);

}  // namespace r2rank::model
