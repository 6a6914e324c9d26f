#pragma once

#include "model/parameter.h"

namespace r2rank::model {

struct TokenLogprobs {
  at::Tensor logprob;  ///< [M] f32, log softmax(h E^T / temperature) at the target
  at::Tensor entropy;  ///< [M] f32, of that distribution
};

/// Log-probability of one target token for each state, without ever holding an [M, V] tensor: logits are made
/// and used in chunks, and made again in the backward pass. Differentiable in the states and in the output
/// embedding (summed in f32 straight into the parameter). states [M, D], targets [M] int64.
TokenLogprobs token_logprobs(const at::Tensor& states, Parameter& output, const at::Tensor& targets,
                             double temperature);

/// The logits themselves, [M, V] f32; for sampling a few rows and for tests. No gradient.
at::Tensor token_logits(const at::Tensor& states, const Parameter& output);

}  // namespace r2rank::model
