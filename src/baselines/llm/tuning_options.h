#pragma once

#include <cstdint>
#include <string>

#include "base/config.h"
#include "data/slate_drawing.h"

namespace r2rank::baselines {

/// How a language model's weights are trained for a ranking of this layer. The length of a training is fit's
/// (fit.h: epochs, patience, minutes); an epoch here is a fixed number of training slates.
struct TuningOptions : data::SlateDrawing {
  int64_t slates_per_epoch = 128;
  int64_t slates_per_step = 8;
  double learning_rate = 2e-4;  ///< peak; of LoRA's size (full tuning: some 6e-5)
  double readout_learning_rate = 1e-3;
  double weight_decay = 0.01, clip_norm = 1.0;
  int64_t warm_up_steps = 10;
  int64_t schedule_steps = 400;  ///< steps over which the rate falls to a tenth; it stays there
  int64_t tokens_per_pass = 2048;

  void describe(base::ConfigFields& fields);
  /// Factor of the learning rates at step n, from 0.
  double rate_factor(int64_t step) const;
};

}  // namespace r2rank::baselines
