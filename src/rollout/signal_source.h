#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/slates.h"

namespace r2rank::rollout {

/// What signals (docs/signals.md) say about the K candidates of a slate, in its own order.
struct SlateSignals {
  std::vector<std::vector<float>> features;       ///< [K][F] standardised; the first M are the signals
  std::vector<std::vector<int32_t>> percentiles;  ///< [K][M] among the reference items, 0 to 100
};

/// Where signals come from: the trained rankers of a folder (experiment/signal_reader.h), numbers in tests.
class SignalSource {
 public:
  virtual ~SignalSource() = default;
  virtual const std::vector<std::string>& names() const = 0;  ///< [M] of the signals
  /// With `training` the slate's target is itself a training event: those answer that have not learned from
  /// it. Thread-safe. A value depends on user, history and item alone.
  virtual SlateSignals of(const data::Slate& slate, bool training) = 0;
};

}  // namespace r2rank::rollout
