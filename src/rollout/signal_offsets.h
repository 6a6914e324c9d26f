#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <vector>

#include "model/language_model.h"
#include "rollout/slate_prompts.h"

namespace r2rank::rollout {

/// Features [F] of some candidates, one after another.
using SignalRows = std::vector<std::span<const float>>;

/// The features of a slate's candidate; empty where the slate has none.
std::span<const float> signal_row(const PreparedSlate& slate, int64_t candidate);
/// Those of all candidates of several slates. [sum K]
SignalRows signal_rows(std::span<const PreparedSlate* const> slates);

/// What signals add to the scores of candidates, [N] f32, differentiable in the signal head; undefined where
/// the model has none. Errors: kUsage where a candidate has no signals.
at::Tensor signal_offsets(const model::LanguageModel& model, const SignalRows& rows);

/// What signals add to the embeddings of candidates' last tokens, whose packed indices are `places`; none
/// where the model has no such projection. Errors: as signal_offsets.
model::Transformer::Shifts signal_shifts(const model::LanguageModel& model, const SignalRows& rows,
                                         const std::vector<int64_t>& places);

}  // namespace r2rank::rollout
