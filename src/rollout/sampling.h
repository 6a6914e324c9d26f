#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace r2rank::rollout {

/// How rationales are drawn. Training uses a temperature only; top_p and top_k are for `rank` and `eval`.
struct SamplingOptions {
  int64_t rationales = 1;   ///< G per item
  int64_t max_tokens = 32;  ///< T
  double temperature = 1.0;
  double top_p = 1.0;
  int64_t top_k = 0;  ///< 0: all
  uint64_t seed = 7;
};

struct SampledToken {
  int32_t token = 0;
  float logprob =
      0;  ///< under the exact distribution it was drawn from (temperature, top_k and top_p included)
};

/// Draws one token a row by inverse transform: logits [R, V] f32 or bf16, one uniform number in (0, 1) a row.
std::vector<SampledToken> sample_tokens(const at::Tensor& logits, const std::vector<double>& uniforms,
                                        const SamplingOptions& options);

}  // namespace r2rank::rollout
