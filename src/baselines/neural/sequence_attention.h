#pragma once

#include <cstdint>
#include <vector>

#include "baselines/neural/sequence_encoder.h"

namespace r2rank::baselines {

/// Softmax attention within each packed sequence, for short sequences: plain loops over the pairs that exist.
class SequenceAttention {
 public:
  struct Shape {
    int64_t heads = 1, width = 0;  ///< D, all heads together
    bool causal = true;            ///< a query sees its own place and those before it, or its whole sequence
  };

  explicit SequenceAttention(const Shape& shape) : shape_(shape) {}

  /// context [M, D] from queries [M, D] at `places` (ascending) and keys_values [N, 2 D] of all tokens.
  void forward(const PackedSequences& input, const std::vector<int64_t>& places, const float* queries,
               const float* keys_values, const Dropout& dropout, float* context);
  /// Writes query_gradients [M, D] and adds to key_value_gradients [N, 2 D].
  void backward(const float* queries, const float* keys_values, const float* context_gradients,
                float* query_gradients, float* key_value_gradients) const;

 private:
  struct Query {
    int64_t first, keys;  // the keys are tokens first .. first + keys
    int64_t weights;      // place of its weights, [heads, keys]
  };
  void attend(int64_t index, int64_t head, const float* queries, const float* keys_values, float* context);
  void attend_back(int64_t index, int64_t head, const float* queries, const float* keys_values,
                   const float* context_gradients, float* query_gradients, float* key_value_gradients,
                   std::vector<float>& buffer) const;
  int64_t head_width() const { return shape_.width / shape_.heads; }

  Shape shape_;
  std::vector<Query> queries_;
  std::vector<float> weights_, dropped_;  // before and after dropout
  Dropout dropout_;
};

}  // namespace r2rank::baselines
