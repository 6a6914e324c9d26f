#pragma once

#include <cstdint>
#include <string>

#include "learn/model_folder.h"
#include "learn/train_config.h"

namespace r2rank::learn {

/// How a training run divides the memory it may take.
struct MemoryPlan {
  double fixed = 0;  ///< bytes of weights, their packed copies, gradients, moments and the library itself
  double activations = 0;       ///< bytes for what a pass keeps for its backward pass; more are recomputed
  double rollout = 0;           ///< bytes for caches and logits of rationales written together
  bool rolls_out = false;       ///< whether any are written
  int64_t tokens_per_pass = 0;  ///< slates are packed into one pass up to this many tokens

  /// "weights and optimiser 2.9 GiB, passes of up to 4,096 tokens, ..."
  std::string text(const OptimisationConfig& config, const model::LanguageModel& model) const;
};

/// What a stage holds beside the model it trains.
struct StageNeeds {
  std::string verb;        ///< of errors: "train"
  bool reference = false;  ///< a second, frozen model
  bool rollouts = false;   ///< rationales are written
};

/// The plan for `memory` of the configuration. Without one: 6 GB of activations, 4 GB of rollout and
/// tokens_per_pass as configured. With one the passes become smaller where needed, and layers are recomputed
/// where that saves a pass from being too small to be fast. Errors: kUsage where the budget cannot hold the
/// model and a pass of one short slate.
MemoryPlan plan_memory(const OptimisationConfig& config, const StageNeeds& needs,
                       const model::LanguageModel& model);
/// The same for a stage of `train`.
MemoryPlan plan_memory(const TrainConfig& config, const model::LanguageModel& model);

}  // namespace r2rank::learn
