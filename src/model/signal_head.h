#pragma once

#include <cstdint>

#include "model/parameter.h"

namespace r2rank::model {

/// What signals (docs/signals.md) add to the score of a candidate: w . x + W2 GELU(W1 y + b1), where y are
/// all of its F features and x the first M of them, its signals. W2 starts at zero.
struct SignalHead {
  Parameter* weights = nullptr;  ///< w [1, M] f32
  Parameter* w1 = nullptr;       ///< [hidden, F] f32; null, as b1 and w2, without a network
  Parameter* b1 = nullptr;       ///< [hidden] f32
  Parameter* w2 = nullptr;       ///< [1, hidden] f32
  int64_t features = 0;          ///< F

  /// features [N, F] f32 -> offsets [N] f32. Differentiable in the parameters.
  at::Tensor operator()(const at::Tensor& features) const;
};

}  // namespace r2rank::model
