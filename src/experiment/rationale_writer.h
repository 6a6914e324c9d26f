#pragma once

#include <span>
#include <vector>

#include "learn/model_folder.h"
#include "rollout/reasoner.h"

namespace r2rank::experiment {

/// Rationales that `writer` draws, and the scores that `reader` reads after them. Prompt tokens are those
/// that both models read, the rationales in front of the reader included.
std::vector<rollout::SlateRollout> written_by(const rollout::Reasoner& writer,
                                              const rollout::Reasoner& reader,
                                              std::span<const rollout::PreparedSlate* const> slates,
                                              const rollout::SamplingOptions& options);

/// Rationales of max_tokens tokens that say nothing, which nobody drew (rollout::filler_rollouts, what
/// `train --rationale-source filler` trains on), and the scores that the model reads after them.
std::vector<rollout::SlateRollout> filled(const learn::RankingModel& model,
                                          std::span<const rollout::PreparedSlate* const> slates,
                                          const rollout::SamplingOptions& options);

/// Refuses a writer that cannot be asked with the model's prompts: other tokens, another prompt, or signals
/// that the model does not have. Errors: kUsage.
void check_writer(const learn::RankingModel& writer, const learn::RankingModel& model);

}  // namespace r2rank::experiment
