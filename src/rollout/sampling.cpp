#include "rollout/sampling.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace r2rank::rollout {
namespace {

/// Walks the cumulative distribution of one row. Rounding may leave the sum just short of `u`: then the last
/// token with any probability is taken.
SampledToken draw(const float* probabilities, int64_t vocabulary, double u) {
  double cumulative = 0;
  int64_t last = 0;
  for (int64_t v = 0; v < vocabulary; ++v) {
    if (probabilities[v] <= 0) continue;
    last = v;
    cumulative += probabilities[v];
    if (cumulative > u) break;
  }
  return {static_cast<int32_t>(last), std::log(probabilities[last])};
}

/// Zeroes what top_k and top_p leave out and renormalises the rest.
void truncate(float* probabilities, int64_t vocabulary, const SamplingOptions& options) {
  std::vector<int64_t> order(vocabulary);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return probabilities[a] != probabilities[b] ? probabilities[a] > probabilities[b] : a < b;
  });
  int64_t kept = options.top_k > 0 ? std::min(options.top_k, vocabulary) : vocabulary;
  double mass = 0;
  for (int64_t i = 0; i < kept; ++i) {
    mass += probabilities[order[i]];
    if (mass >= options.top_p) kept = i + 1;
  }
  for (int64_t i = kept; i < vocabulary; ++i) probabilities[order[i]] = 0;
  for (int64_t i = 0; i < kept; ++i)
    probabilities[order[i]] = static_cast<float>(probabilities[order[i]] / mass);
}

}  // namespace

std::vector<SampledToken> sample_tokens(const at::Tensor& logits, const std::vector<double>& uniforms,
                                        const SamplingOptions& options) {
  R2RANK_CHECK(logits.size(0) == static_cast<int64_t>(uniforms.size()));
  at::Tensor scaled = options.temperature == 1.0 ? logits : logits / options.temperature;
  at::Tensor probabilities = at::softmax(scaled, 1).cpu().contiguous();  // [R, V]
  float* data = probabilities.mutable_data_ptr<float>();
  const int64_t vocabulary = logits.size(1);
  std::vector<SampledToken> sampled(uniforms.size());
  at::parallel_for(0, logits.size(0), 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      if (options.top_k > 0 || options.top_p < 1) truncate(data + row * vocabulary, vocabulary, options);
      sampled[row] = draw(data + row * vocabulary, vocabulary, uniforms[row]);
    }
  });
  return sampled;
}

}  // namespace r2rank::rollout
