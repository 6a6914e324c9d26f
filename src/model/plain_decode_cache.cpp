#include "model/plain_decode_cache.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "model/attention_part.h"

namespace r2rank::model {
namespace {

at::Tensor index_tensor(const std::vector<int64_t>& values, at::Device device) {
  return at::tensor(values, at::kLong).to(device);
}

int64_t size_of(const std::vector<int64_t>& tokens) {
  return static_cast<int64_t>(tokens.size());
}

}  // namespace

PlainDecodeCache::PlainDecodeCache(const DecodeLayout& layout) : layout_(layout) {
  for (const auto& leaf : layout.leaves)
    capacity_ = std::max(capacity_, size_of(leaf.tokens) + layout.capacity);
}

at::Tensor PlainDecodeCache::fill(const at::Tensor& prompt) const {
  at::Tensor cache = at::zeros({layout_.rows(), prompt.size(1), capacity_, prompt.size(2)}, prompt.options());
  for (const auto& leaf : layout_.leaves) {
    if (leaf.tokens.empty()) continue;
    const at::Tensor own =
        prompt.index_select(0, index_tensor(leaf.tokens, prompt.device())).transpose(0, 1);  // [kv, L, d]
    cache.slice(0, leaf.row_begin, leaf.row_end).slice(2, 0, own.size(1)).copy_(own.unsqueeze(0));
  }
  return cache;
}

void PlainDecodeCache::add_layer(const at::Tensor& keys, const at::Tensor& values) {
  Layer layer{fill(keys), fill(values), {}, {}};
  for (const auto& root : layout_.roots) {
    const at::Tensor index = index_tensor(root.tokens, keys.device());
    layer.root_keys.push_back(keys.index_select(0, index).transpose(0, 1).unsqueeze(0));
    layer.root_values.push_back(values.index_select(0, index).transpose(0, 1).unsqueeze(0));
  }
  layers_.push_back(std::move(layer));
}

/// Every layer of a step asks for the same rows.
const CachedRows& PlainDecodeCache::cached_rows(const std::vector<int64_t>& rows,
                                                const std::vector<int64_t>& lengths, at::Device device) {
  std::vector<int64_t> whole;
  for (size_t i = 0; i < rows.size(); ++i)
    whole.push_back(size_of(layout_.leaves[rows[i] / layout_.copies].tokens) + lengths[i]);
  if (!cached_ || cached_->rows != rows || cached_->lengths != whole)
    cached_.emplace(rows, std::move(whole), device);
  return *cached_;
}

at::Tensor PlainDecodeCache::attend(int64_t layer, const at::Tensor& q, const at::Tensor& k,
                                    const at::Tensor& v, const std::vector<int64_t>& rows,
                                    const std::vector<int64_t>& lengths) {
  Layer& cache = layers_[layer];
  const CachedRows& cached = cached_rows(rows, lengths, q.device());
  cache.keys.index_put_({cached.index, at::indexing::Slice(), cached.last}, k);
  cache.values.index_put_({cached.index, at::indexing::Slice(), cached.last}, v);
  at::Tensor out = at::empty(q.sizes(), q.options().dtype(at::kFloat));
  at::Tensor lse = at::empty({q.size(0), q.size(1)}, out.options());
  cached_attention(q.contiguous(), cache.keys, cache.values, cached, out, lse);
  const int64_t group = q.size(1) / k.size(1);
  for (size_t index = 0; index < layout_.roots.size(); ++index) {
    const auto& root = layout_.roots[index];
    const int64_t begin = std::lower_bound(rows.begin(), rows.end(), root.row_begin) - rows.begin();
    const int64_t end = std::lower_bound(rows.begin(), rows.end(), root.row_end) - rows.begin();
    if (begin == end || root.tokens.empty()) continue;
    const auto shared = model::attend(q.slice(0, begin, end).transpose(0, 1).unsqueeze(0),
                                      cache.root_keys[index].repeat_interleave(group, 1),
                                      cache.root_values[index].repeat_interleave(group, 1), false, {});
    merge_attention(out.slice(0, begin, end), lse.slice(0, begin, end), shared.out.squeeze(0).transpose(0, 1),
                    shared.lse.squeeze(0).transpose(0, 1));
  }
  return out.to(q.scalar_type());
}

}  // namespace r2rank::model
