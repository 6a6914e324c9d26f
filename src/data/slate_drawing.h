#pragma once

#include <cstdint>
#include <string>

#include "base/config.h"
#include "data/training_slates.h"

namespace r2rank::data {

/// How training slates are drawn, as the configurations of what learns from them have it.
struct SlateDrawing {
  int64_t negative_count = 7;  ///< K - 1
  int64_t recent_targets = 6;
  int64_t min_history = 3;
  int64_t withhold = 0;               ///< a user's last training events that are no targets
  std::string negatives = "uniform";  ///< how they are drawn

  void describe(base::ConfigFields& fields);
  TrainingSlates::Options drawing(uint64_t seed) const;
};

}  // namespace r2rank::data
