#pragma once

#include <c10/util/BFloat16.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

namespace r2rank::model {

/// The tokens that single rows have grown by: keys in groups of 16 tokens with a token's numbers one word
/// apart, values in pairs of tokens, so that loops over 16 tokens or over a head's width read memory in
/// order. T is float or bf16; sums are f32.
template <class T>
class OwnTokens {
 public:
  /// d is a multiple of 16.
  OwnTokens(int64_t rows, int64_t kv_heads, int64_t capacity, int64_t d)
      : kv_heads_(kv_heads),
        d_(d),
        size_((capacity + kTokens - 1) / kTokens * kTokens * d),
        keys_(static_cast<size_t>(rows * kv_heads * size_)),
        values_(keys_.size()) {}

  /// Writes token `place` of a row for one key head; key and value [d].
  void append(int64_t row, int64_t kv, int64_t place, const T* key, const T* value) {
    T* values = values_.data() + start(row, kv) + place / kParts * kParts * d_ + place % kParts;
    for (int64_t i = 0; i < d_; ++i) values[i * kParts] = value[i];
    auto* keys = reinterpret_cast<Word*>(keys_.data() + start(row, kv) + place / kTokens * kTokens * d_) +
                 place % kTokens;
    for (int64_t word = 0; word < d_ / kParts; ++word)
      std::memcpy(keys + word * kTokens, key + word * kParts, sizeof(Word));
  }

  /// Asks for a row's first `length` tokens of one key head ahead of their use: rows are short and far
  /// apart, so the CPU does not see them coming. Inlined, since GCC drops a call that has no other effect.
  [[gnu::always_inline]] void prefetch(int64_t row, int64_t kv, int64_t length) const {
    const int64_t numbers = (length + kTokens - 1) / kTokens * kTokens * d_, at = start(row, kv);
    constexpr int64_t kLine = 64 / sizeof(T);
    for (int64_t i = 0; i < numbers; i += kLine) {
      __builtin_prefetch(keys_.data() + at + i, 0, 2);
      __builtin_prefetch(values_.data() + at + i, 0, 2);
    }
  }

  /// scores[h * stride + t] = queries[h] . key of token t, for the `group` heads of one key head; `queries`
  /// [group, d] f32.
  void score(int64_t row, int64_t kv, int64_t length, const float* queries, int64_t group, float* scores,
             int64_t stride) const {
    for_heads(group, [&](int64_t head, auto heads) {
      score_heads<heads()>(words(keys_, row, kv), length, queries + head * d_, scores + head * stride,
                           stride);
    });
  }

  /// mixed[h] += sum over tokens of weights[h * stride + t] times the value of token t; `mixed` [group, d].
  /// Weights up to the next even length are read; those from `length` on must be 0.
  void mix(int64_t row, int64_t kv, int64_t length, const float* weights, int64_t stride, int64_t group,
           float* mixed) const {
    for_heads(group, [&](int64_t head, auto heads) {
      mix_heads<heads()>(words(values_, row, kv), length, weights + head * stride, stride, mixed + head * d_);
    });
  }

 private:
  static constexpr bool kWide = std::is_same_v<T, float>;
  static constexpr int64_t kTokens = 16, kParts = kWide ? 1 : 2;
  using Word = uint32_t;  // one f32 or two bf16
  using Words = Word __attribute__((vector_size(64)));
  using Floats = float __attribute__((vector_size(64)));

  int64_t start(int64_t row, int64_t kv) const { return (row * kv_heads_ + kv) * size_; }
  const Word* words(const std::vector<T>& data, int64_t row, int64_t kv) const {
    return reinterpret_cast<const Word*>(data.data() + start(row, kv));
  }

  /// 16 words as numbers: all of them (f32), or the first and the second of each pair (bf16). Vectors go by
  /// reference, for without AVX-512 they have no place in a call.
  static void read(const Word* from, Floats& first, Floats& second) {
    Words words;
    std::memcpy(&words, from, sizeof(words));
    first = reinterpret_cast<Floats>(kWide ? words : words << 16);
    if constexpr (!kWide) second = reinterpret_cast<Floats>(words & 0xFFFF0000U);
  }

  /// use(first head, std::integral_constant of how many), for up to four heads at a time: what is read from
  /// the cache serves all of them, and their sums stay in registers.
  template <class Use>
  static void for_heads(int64_t group, const Use& use) {
    int64_t head = 0;
    for (; head + 4 <= group; head += 4) use(head, std::integral_constant<int, 4>());
    if (group - head == 3) use(head, std::integral_constant<int, 3>());
    if (group - head == 2) use(head, std::integral_constant<int, 2>());
    if (group - head == 1) use(head, std::integral_constant<int, 1>());
  }

  template <int kHeads>
  void score_heads(const Word* words, int64_t length, const float* queries, float* scores,
                   int64_t stride) const {
    for (int64_t at = 0; at < length; at += kTokens) {
      Floats sums[kHeads] = {};
      for (int64_t part = 0; part < d_; part += kParts, words += kTokens) {
        Floats first, second;
        read(words, first, second);
        for (int h = 0; h < kHeads; ++h) {
          sums[h] += queries[h * d_ + part] * first;
          if constexpr (!kWide) sums[h] += queries[h * d_ + part + 1] * second;
        }
      }
      for (int h = 0; h < kHeads; ++h)
        std::memcpy(scores + h * stride + at, &sums[h],
                    sizeof(float) * static_cast<size_t>(std::min(kTokens, length - at)));
    }
  }

  template <int kHeads>
  void mix_heads(const Word* words, int64_t length, const float* weights, int64_t stride,
                 float* mixed) const {
    int64_t column = 0;
    for (; column + kTokens <= d_; column += kTokens) {
      Floats sums[kHeads];
      for (int h = 0; h < kHeads; ++h) std::memcpy(&sums[h], mixed + h * d_ + column, sizeof(Floats));
      for (int64_t t = 0; t < length; t += kParts) {
        Floats first, second;
        read(words + t / kParts * d_ + column, first, second);
        for (int h = 0; h < kHeads; ++h) {
          sums[h] += weights[h * stride + t] * first;
          if constexpr (!kWide) sums[h] += weights[h * stride + t + 1] * second;
        }
      }
      for (int h = 0; h < kHeads; ++h) std::memcpy(mixed + h * d_ + column, &sums[h], sizeof(Floats));
    }
  }

  int64_t kv_heads_, d_, size_;
  std::vector<T> keys_, values_;
};

}  // namespace r2rank::model
