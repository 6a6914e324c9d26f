#pragma once

#include <span>
#include <vector>

#include "model/format/model_config.h"

namespace r2rank::model {

/// The divisor of each rotary frequency under Llama-3.1 scaling (head_width / 2 of them): 1 for short
/// wavelengths, rope_factor for long ones, smooth between (Llama 3.1 model card; `rope_freqs.weight` of a
/// GGUF holds these).
std::vector<double> rope_divisors(const ModelConfig& config);

/// Sets the rope scaling whose divisors `stored` are: those of Llama 3.1 (factor 8) or 3.2 (factor 32).
/// Errors: kData when they are neither.
void recognise_rope_scaling(ModelConfig& config, std::span<const float> stored, const std::string& origin);

}  // namespace r2rank::model
