#pragma once

#include <cstdint>
#include <optional>

#include "learn/model_folder.h"

namespace r2rank::learn {

/// How a model's last training let it reason.
struct LearnedReasoning {
  int64_t rationale_tokens = 16;  ///< T
  double temperature = 1;
};

/// What a model learned to reason with, by `train --stage rl` or by `sft`; nothing for a base model or one
/// that was trained silently. Errors: kData where its card holds impossible values.
std::optional<LearnedReasoning> learned_reasoning(const RankingModel& model);

}  // namespace r2rank::learn
