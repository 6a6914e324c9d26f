#include "rollout/sampling.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "model/fast_exp.h"
#include "model/float_rows.h"

namespace r2rank::rollout {
namespace {

constexpr int64_t kBlock = 512;  // tokens whose probabilities are summed before the draw and walked after it

/// exp(z), and 0 where f32 has nothing for it (fast_exp would saturate).
float exponential(float z) {
  const float e = model::fast_exp(z);
  return z > -87.0F ? e : 0.0F;
}

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

/// softmax(logits / temperature) of one row, drawn from without being written down: sums of blocks find the
/// block, the block's own exponentials the token.
class RowDraw {
 public:
  RowDraw(int64_t vocabulary, double temperature)
      : vocabulary_(vocabulary),
        inverse_(static_cast<float>(1.0 / temperature)),
        sums_((vocabulary + kBlock - 1) / kBlock) {}

  SampledToken operator()(const float* logits, double u) {
    sum_up(logits);
    double left = u * total_;
    size_t block = 0;
    while (block + 1 < sums_.size() && left >= sums_[block]) left -= sums_[block++];
    while (block > 0 && sums_[block] <= 0) --block;  // rounding: the last block may hold nothing
    int64_t token = 0;
    const int64_t begin = static_cast<int64_t>(block) * kBlock, end = std::min(begin + kBlock, vocabulary_);
    for (int64_t v = begin; v < end; ++v) {
      const float e = exponential((logits[v] - top_) * inverse_);
      if (e <= 0) continue;
      token = v;
      left -= e;
      if (left < 0) break;
    }
    return {static_cast<int32_t>(token),
            static_cast<float>((logits[token] - top_) * inverse_ - std::log(total_))};
  }

  /// The same distribution written into `probabilities`.
  void write(const float* logits, float* probabilities) {
    sum_up(logits);
    const auto factor = static_cast<float>(1.0 / total_);
#pragma omp simd
    for (int64_t v = 0; v < vocabulary_; ++v)
      probabilities[v] = exponential((logits[v] - top_) * inverse_) * factor;
  }

 private:
  void sum_up(const float* logits) {
    float top = logits[0];
#pragma omp simd reduction(max : top)
    for (int64_t v = 0; v < vocabulary_; ++v) top = logits[v] > top ? logits[v] : top;
    top_ = top;
    total_ = 0;
    for (size_t block = 0; block < sums_.size(); ++block) {
      const int64_t begin = static_cast<int64_t>(block) * kBlock, end = std::min(begin + kBlock, vocabulary_);
      float sum = 0;
#pragma omp simd reduction(+ : sum)
      for (int64_t v = begin; v < end; ++v) sum += exponential((logits[v] - top) * inverse_);
      total_ += sums_[block] = sum;
    }
  }

  int64_t vocabulary_;
  float inverse_, top_ = 0;
  double total_ = 0;
  std::vector<double> sums_;
};

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

/// The draw where the logits are: sums of probabilities find the token, and only tokens and log-probabilities
/// travel. Sums are f64, since those of 100,000 f32 probabilities would leave the last tokens out.
std::vector<SampledToken> sample_elsewhere(const at::Tensor& logits, const std::vector<double>& uniforms,
                                           double temperature) {
  const at::Tensor log_p = (logits.to(at::kFloat) / temperature).log_softmax(1);            // [R, V]
  const at::Tensor sums = log_p.exp().cumsum(1, at::kDouble);                               // [R, V]
  const at::Tensor u = at::tensor(uniforms, at::kDouble).to(logits.device()).unsqueeze(1);  // [R, 1]
  const at::Tensor last = sums.slice(1, -1);
  const at::Tensor token = at::searchsorted(sums, u * last, false, true).clamp_max(logits.size(1) - 1);
  const at::Tensor both =
      at::cat({token.to(at::kDouble), log_p.gather(1, token).to(at::kDouble)}, 1).cpu();  // [R, 2]
  std::vector<SampledToken> sampled;
  for (int64_t row = 0; row < both.size(0); ++row) {
    const auto* pair = both.const_data_ptr<double>() + 2 * row;
    sampled.push_back({static_cast<int32_t>(pair[0]), static_cast<float>(pair[1])});
  }
  return sampled;
}

}  // namespace

std::vector<SampledToken> sample_tokens(const at::Tensor& logits, const std::vector<double>& uniforms,
                                        const SamplingOptions& options) {
  R2RANK_CHECK(logits.size(0) == static_cast<int64_t>(uniforms.size()));
  const bool truncated = options.top_k > 0 || options.top_p < 1;
  if (!logits.device().is_cpu() && !truncated) return sample_elsewhere(logits, uniforms, options.temperature);
  const at::Tensor rows = logits.cpu().contiguous();  // [R, V]
  const int64_t vocabulary = logits.size(1);
  std::vector<SampledToken> sampled(uniforms.size());
  at::parallel_for(0, logits.size(0), 1, [&](int64_t begin, int64_t end) {
    model::RowReader reader(rows, vocabulary);
    RowDraw distribution(vocabulary, options.temperature);
    std::vector<float> probabilities(truncated ? vocabulary : 0);
    for (int64_t row = begin; row < end; ++row) {
      const float* in = reader.row(row);
      if (!truncated) {
        sampled[row] = distribution(in, uniforms[row]);
        continue;
      }
      distribution.write(in, probabilities.data());
      truncate(probabilities.data(), vocabulary, options);
      sampled[row] = draw(probabilities.data(), vocabulary, uniforms[row]);
    }
  });
  return sampled;
}

}  // namespace r2rank::rollout
