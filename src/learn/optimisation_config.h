#pragma once

#include <string>

#include "base/config.h"
#include "learn/optimizer.h"
#include "model/language_model.h"

namespace r2rank::learn {

/// What every stage of training sets, whatever it learns from: rates, memory, checkpoints, and how much of
/// the model is trained.
struct OptimisationConfig {
  double learning_rate = 6e-5, readout_learning_rate = 1e-3;
  double rate_warm_up = 0.05, final_rate = 0.1;
  double weight_decay = 0.01, clip_norm = 1.0;
  std::string checkpoint_layers = "auto";  ///< gradient checkpointing: auto, on, off
  std::string memory;              ///< budget of the process, "8GiB"; "": activations of a pass up to 6 GB
  int64_t tokens_per_pass = 4096;  ///< slates are packed into one pass up to this many tokens
  double checkpoint_minutes = 5;
  int64_t nonfinite_limit = 5;
  model::ModelOptions model_options;

  void describe(base::ConfigFields& fields);
  AdamWOptions adamw_options() const;
  /// Refuses a tuning that trains nothing. `verb` is the error's. Errors: kUsage.
  void check_tuning(const std::string& verb) const;
};

}  // namespace r2rank::learn
