#include "model/decode_attention.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "model/attention_part.h"
#include "model/fast_exp.h"

namespace r2rank::model {
namespace {

template <class T>
float dot(const T* a, const T* b, int64_t d) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < d; ++i) sum += static_cast<float>(a[i]) * static_cast<float>(b[i]);
  return sum;
}

/// One query head over `length` keys: scores in `weights`, result in out [d], returns the log-sum-exp.
template <class T>
float attend_one(const T* q, const T* keys, const T* values, int64_t length, int64_t d, float scale,
                 float* weights, float* out) {
  float top = -INFINITY;
  for (int64_t t = 0; t < length; ++t) top = std::max(top, weights[t] = scale * dot(q, keys + t * d, d));
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t t = 0; t < length; ++t) sum += weights[t] = fast_exp(weights[t] - top);
  std::fill_n(out, d, 0.0F);
  for (int64_t t = 0; t < length; ++t) {
    const float weight = weights[t] / sum;
    const T* value = values + t * d;
#pragma omp simd
    for (int64_t i = 0; i < d; ++i) out[i] += weight * static_cast<float>(value[i]);
  }
  return top + std::log(sum);
}

template <class T>
void on_cpu(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values, const CachedRows& cached,
            at::Tensor& out, at::Tensor& lse) {
  const auto& rows = cached.rows;
  const auto& lengths = cached.lengths;
  const int64_t heads = q.size(1), d = q.size(2), kv_heads = keys.size(1), capacity = keys.size(2),
                group = heads / kv_heads;
  const float scale = 1.0F / std::sqrt(static_cast<float>(d));
  const T *q_data = q.const_data_ptr<T>(), *k_data = keys.const_data_ptr<T>(),
          *v_data = values.const_data_ptr<T>();
  auto *out_data = out.mutable_data_ptr<float>(), *lse_data = lse.mutable_data_ptr<float>();
  at::parallel_for(0, static_cast<int64_t>(rows.size()) * kv_heads, 1, [&](int64_t begin, int64_t end) {
    std::vector<float> weights(capacity);
    for (int64_t task = begin; task < end; ++task) {
      const int64_t r = task / kv_heads, kv = task % kv_heads,
                    cache = (rows[r] * kv_heads + kv) * capacity * d;
      for (int64_t head = kv * group; head < (kv + 1) * group; ++head)
        lse_data[r * heads + head] =
            attend_one(q_data + (r * heads + head) * d, k_data + cache, v_data + cache, lengths[r], d, scale,
                       weights.data(), out_data + (r * heads + head) * d);
    }
  });
}

void elsewhere(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values,
               const CachedRows& cached, at::Tensor& out, at::Tensor& lse) {
  const int64_t group = q.size(1) / keys.size(1), longest = cached.mask.size(-1);
  const auto gather = [&](const at::Tensor& cache) {
    return cache.slice(2, 0, longest)
        .index_select(0, cached.index)
        .repeat_interleave(group, 1);  // [R, heads, L, d]
  };
  const auto result = attend(q.unsqueeze(2), gather(keys), gather(values), false, cached.mask);
  out.copy_(result.out.squeeze(2));
  lse.copy_(result.lse.squeeze(2));
}

at::Tensor mask_of(const std::vector<int64_t>& lengths) {
  const int64_t longest = *std::max_element(lengths.begin(), lengths.end());
  const at::Tensor hidden =
      at::arange(longest, at::kLong).unsqueeze(0).ge(at::tensor(lengths, at::kLong).unsqueeze(1));
  return at::zeros(hidden.sizes(), at::kFloat).masked_fill(hidden, -INFINITY).view({-1, 1, 1, longest});
}

}  // namespace

CachedRows::CachedRows(std::vector<int64_t> cache_rows, std::vector<int64_t> valid_lengths, at::Device device)
    : rows(std::move(cache_rows)), lengths(std::move(valid_lengths)) {
  R2RANK_CHECK(rows.size() == lengths.size() && !rows.empty());
  index = at::tensor(rows, at::kLong).to(device);
  last = (at::tensor(lengths, at::kLong) - 1).to(device);
  if (!device.is_cpu()) mask = mask_of(lengths).to(device);
}

void cached_attention(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values,
                      const CachedRows& cached, at::Tensor& out, at::Tensor& lse) {
  R2RANK_CHECK(static_cast<int64_t>(cached.rows.size()) == q.size(0));
  if (!q.device().is_cpu()) return elsewhere(q, keys, values, cached, out, lse);
  if (q.scalar_type() == at::kFloat) return on_cpu<float>(q, keys, values, cached, out, lse);
  on_cpu<at::BFloat16>(q, keys, values, cached, out, lse);
}

}  // namespace r2rank::model
