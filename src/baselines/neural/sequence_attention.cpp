#include "baselines/neural/sequence_attention.h"

#include <algorithm>
#include <cmath>

#include "baselines/neural/row_maths.h"
#include "model/fast_exp.h"

namespace r2rank::baselines {
namespace {

void softmax(float* scores, int64_t count) {
  const float highest = *std::max_element(scores, scores + count);
  float sum = 0;
  for (int64_t j = 0; j < count; ++j) {
    scores[j] = model::fast_exp(scores[j] - highest);
    sum += scores[j];
  }
  const float inverse = 1 / sum;
  for (int64_t j = 0; j < count; ++j) scores[j] *= inverse;
}

}  // namespace

void SequenceAttention::forward(const PackedSequences& input, const std::vector<int64_t>& places,
                                const float* queries, const float* keys_values, const Dropout& dropout,
                                float* context) {
  dropout_ = dropout;
  queries_.clear();
  int64_t sequence = 0, weights = 0;
  for (const int64_t place : places) {
    while (input.starts[sequence + 1] <= place) ++sequence;
    const int64_t first = input.starts[sequence];
    const int64_t keys = (shape_.causal ? place + 1 : input.starts[sequence + 1]) - first;
    queries_.push_back({first, keys, weights});
    weights += shape_.heads * keys;
  }
  weights_.resize(weights);
  dropped_.resize(dropout.active() ? weights : 0);
  std::fill_n(context, static_cast<int64_t>(places.size()) * shape_.width, 0.0F);
  for (int64_t q = 0; q < static_cast<int64_t>(places.size()); ++q)
    for (int64_t head = 0; head < shape_.heads; ++head) attend(q, head, queries, keys_values, context);
}

void SequenceAttention::attend(int64_t index, int64_t head, const float* queries, const float* keys_values,
                               float* context) {
  const Query& query = queries_[index];
  const int64_t width = head_width(), stride = 2 * shape_.width;
  const float scale = 1 / std::sqrt(static_cast<float>(width));
  const float* q = queries + index * shape_.width + head * width;
  const float* keys = keys_values + query.first * stride + head * width;
  float* weights = weights_.data() + query.weights + head * query.keys;
  for (int64_t j = 0; j < query.keys; ++j) weights[j] = scale * dot(q, keys + j * stride, width);
  softmax(weights, query.keys);
  if (dropout_.active()) {
    float* dropped = dropped_.data() + query.weights + head * query.keys;
    std::copy_n(weights, query.keys, dropped);
    dropout_.apply(dropped, query.keys, index * shape_.heads + head);
    weights = dropped;
  }
  float* out = context + index * shape_.width + head * width;
  for (int64_t j = 0; j < query.keys; ++j)
    add_scaled(out, keys + shape_.width + j * stride, weights[j], width);
}

void SequenceAttention::backward(const float* queries, const float* keys_values,
                                 const float* context_gradients, float* query_gradients,
                                 float* key_value_gradients) const {
  std::vector<float> buffer;
  std::fill_n(query_gradients, static_cast<int64_t>(queries_.size()) * shape_.width, 0.0F);
  for (int64_t q = 0; q < static_cast<int64_t>(queries_.size()); ++q) {
    for (int64_t head = 0; head < shape_.heads; ++head) {
      attend_back(q, head, queries, keys_values, context_gradients, query_gradients, key_value_gradients,
                  buffer);
    }
  }
}

void SequenceAttention::attend_back(int64_t index, int64_t head, const float* queries,
                                    const float* keys_values, const float* context_gradients,
                                    float* query_gradients, float* key_value_gradients,
                                    std::vector<float>& buffer) const {
  const Query& query = queries_[index];
  const int64_t width = head_width(), stride = 2 * shape_.width, at = query.weights + head * query.keys;
  const float scale = 1 / std::sqrt(static_cast<float>(width));
  const int64_t key_place = query.first * stride + head * width;
  const float* keys = keys_values + key_place;
  const float* values = keys + shape_.width;
  float* key_gradients = key_value_gradients + key_place;
  const float* gradient = context_gradients + index * shape_.width + head * width;
  const float* weights = weights_.data() + at;
  const float* used = dropout_.active() ? dropped_.data() + at : weights;
  buffer.resize(query.keys);
  for (int64_t j = 0; j < query.keys; ++j) {
    buffer[j] = dot(gradient, values + j * stride, width);
    add_scaled(key_gradients + shape_.width + j * stride, gradient, used[j], width);
  }
  dropout_.apply(buffer.data(), query.keys, index * shape_.heads + head);
  const float mean = dot(buffer.data(), weights, query.keys);
  const float* q = queries + index * shape_.width + head * width;
  float* q_gradient = query_gradients + index * shape_.width + head * width;
  for (int64_t j = 0; j < query.keys; ++j) {
    const float score_gradient = scale * weights[j] * (buffer[j] - mean);
    add_scaled(q_gradient, keys + j * stride, score_gradient, width);
    add_scaled(key_gradients + j * stride, q, score_gradient, width);
  }
}

}  // namespace r2rank::baselines
