#pragma once

#include <optional>

#include "model/decode_attention.h"
#include "model/decode_cache.h"

namespace r2rank::model {

/// The cache in plain tensor operations, for every device: what follows the root is copied to each row, the
/// root's part is one dense product for all its rows, and the two are merged by log-sum-exp.
class PlainDecodeCache : public DecodeCache {
 public:
  explicit PlainDecodeCache(const DecodeLayout& layout);
  void add_layer(const at::Tensor& keys, const at::Tensor& values) override;
  at::Tensor attend(int64_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                    const std::vector<int64_t>& rows, const std::vector<int64_t>& lengths) override;

 private:
  struct Layer {
    at::Tensor keys, values;                         // [rows, kv_heads, capacity, d]
    std::vector<at::Tensor> root_keys, root_values;  // [1, kv_heads, H, d] each
  };
  const CachedRows& cached_rows(const std::vector<int64_t>& rows, const std::vector<int64_t>& lengths,
                                at::Device device);
  at::Tensor fill(const at::Tensor& prompt) const;

  const DecodeLayout& layout_;
  int64_t capacity_ = 0;  // of a row, its leaf's tokens included
  std::vector<Layer> layers_;
  std::optional<CachedRows> cached_;  // of the present step
};

}  // namespace r2rank::model
