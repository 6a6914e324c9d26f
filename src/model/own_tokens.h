#pragma once

#include <c10/util/BFloat16.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace r2rank::model {

/// The tokens that single rows have grown by: keys in groups of 16 tokens with a token's numbers one word
/// apart, values in pairs of tokens, so that loops over 16 tokens or over a head's width read memory in
/// order. T is float or bf16; sums are f32.
template <class T>
class OwnTokens {
 public:
  OwnTokens(int64_t rows, int64_t kv_heads, int64_t capacity, int64_t d)
      : kv_heads_(kv_heads),
        d_(d),
        size_((capacity + kTokens - 1) / kTokens * kTokens * d),
        keys_(static_cast<size_t>(rows * kv_heads * size_)),
        values_(keys_.size()) {}

  /// Writes token `place` of a row; key and value [kv_heads, d].
  void append(int64_t row, int64_t place, const T* key, const T* value) {
    for (int64_t kv = 0; kv < kv_heads_; ++kv, key += d_, value += d_) {
      T *keys = keys_.data() + start(row, kv), *values = values_.data() + start(row, kv);
      keys += place / kTokens * kTokens * d_ + place % kTokens * kParts;
      values += place / kParts * kParts * d_ + place % kParts;
      for (int64_t i = 0; i < d_; ++i) {
        keys[i / kParts * kParts * kTokens + i % kParts] = key[i];
        values[i * kParts] = value[i];
      }
    }
  }

  /// scores[h * stride + t] = queries[h] . key of token t, for the `group` heads of one key head; `queries`
  /// [group, d] f32.
  void score(int64_t row, int64_t kv, int64_t length, const float* queries, int64_t group, float* scores,
             int64_t stride) const {
    const auto* words = reinterpret_cast<const Word*>(keys_.data() + start(row, kv));
    for (int64_t at = 0; at < length; at += kTokens, words += kTokens * d_ / kParts)
      for (int64_t h = 0; h < group; ++h) {
        float sums[kTokens] = {};
        for (int64_t word = 0; word < d_ / kParts; ++word)
          add_scores(words + word * kTokens, queries + h * d_ + word * kParts, sums);
        std::copy_n(sums, std::min(kTokens, length - at), scores + h * stride + at);
      }
  }

  /// mixed[h] += sum over tokens of weights[h * stride + t] times the value of token t; `mixed` [group, d].
  void mix(int64_t row, int64_t kv, int64_t length, const float* weights, int64_t stride, int64_t group,
           float* mixed) const {
    const auto* words = reinterpret_cast<const Word*>(values_.data() + start(row, kv));
    for (int64_t h = 0; h < group; ++h)
      for (int64_t t = 0; t < length; t += kParts) {
        const float* pair = weights + h * stride + t;
        // The second of a pair may not be there yet: what the cache holds in its place is finite.
        add_values(words + t / kParts * d_, pair[0], t + 1 < length ? pair[kParts - 1] : 0, mixed + h * d_);
      }
  }

 private:
  static constexpr bool kWide = std::is_same_v<T, float>;
  static constexpr int64_t kTokens = 16, kParts = kWide ? 1 : 2;
  using Word = uint32_t;  // one f32 or two bf16

  int64_t start(int64_t row, int64_t kv) const { return (row * kv_heads_ + kv) * size_; }

  static float low(Word word) { return std::bit_cast<float>(kWide ? word : word << 16); }
  static float high(Word word) { return std::bit_cast<float>(word & 0xFFFF0000U); }

  static void add_scores(const Word* words, const float* q, float* sums) {
    const float first = q[0], second = kWide ? 0 : q[kParts - 1];
#pragma omp simd
    for (int64_t j = 0; j < kTokens; ++j) {
      sums[j] += first * low(words[j]);
      if constexpr (!kWide) sums[j] += second * high(words[j]);
    }
  }

  void add_values(const Word* words, float first, float second, float* sums) const {
#pragma omp simd
    for (int64_t i = 0; i < d_; ++i) {
      sums[i] += first * low(words[i]);
      if constexpr (!kWide) sums[i] += second * high(words[i]);
    }
  }

  int64_t kv_heads_, d_, size_;
  std::vector<T> keys_, values_;
};

}  // namespace r2rank::model
