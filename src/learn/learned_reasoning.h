#pragma once

#include <cstdint>
#include <optional>

#include "learn/model_folder.h"

namespace r2rank::learn {

/// How a model's last training let it reason.
struct LearnedReasoning {
  int64_t rationale_tokens = 16;  ///< T
  double temperature = 1;
  /// Where it pays, as validation slates showed (gate_fit.h); none where none were ranked both ways.
  struct Gate {
    double least_doubt = 0, share = 0;
  };
  std::optional<Gate> gate = {};
};

/// What a model learned to reason with, by `train --stage rl` or by `sft`; nothing for a base model or one
/// that was trained silently. Errors: kData where its card holds impossible values.
std::optional<LearnedReasoning> learned_reasoning(const RankingModel& model);

}  // namespace r2rank::learn
