#pragma once

#include <cstdint>

#include "learn/optimisation_config.h"
#include "model/language_model.h"

namespace r2rank::learn {

/// Bytes of activations that a training pass over so many packed tokens keeps for its backward pass:
/// everything the layers need, or, where they are recomputed, their inputs and one layer's worth; none where
/// the readout head alone is trained. From the tensors' shapes.
double activation_bytes(const model::LanguageModel& model, int64_t tokens, bool recomputed);

/// Whether a pass over so many packed tokens recomputes its layers in the backward pass: as checkpoint_layers
/// says, `auto` where their activations would take more than `budget` bytes. Never where they keep none.
bool recomputes_layers(const OptimisationConfig& config, const model::LanguageModel& model, int64_t tokens,
                       double budget);

}  // namespace r2rank::learn
