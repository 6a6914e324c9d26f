#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/language_model.h"
#include "rollout/slate_tree.h"

namespace r2rank::learn {

/// What a step of supervised fine-tuning weighs (docs/method.md, "Supervised fine-tuning").
struct SftOptions {
  double readout_weight = 1;       ///< of the logistic loss of the scores after the rationales
  double silent_weight = 0.3;      ///< of the logistic loss of the silent scores
  bool checkpoint_layers = false;  ///< gradient checkpointing
};

/// One slate with the rationales it is taught. Relevance above 0 is to be answered with yes.
struct SftSlate {
  const rollout::PreparedSlate* slate = nullptr;
  const std::vector<std::vector<rollout::Rationale>>* rationales =
      nullptr;  ///< [K][any number]; none malformed
};

/// What losses are means over.
struct SftSize {
  int64_t tokens = 0;  ///< of rationales, and a verdict after each
  int64_t rationales = 0, candidates = 0;
};
SftSize sft_size(std::span<const SftSlate> slates);

/// What one pass found out: sums, for means over a step or an epoch.
struct SftOutcome {
  SftSize size;
  double token_loss = 0;       ///< nats, over tokens
  double readout_loss = 0;     ///< nats, over rationales
  double silent_loss = 0;      ///< nats, over candidates
  int64_t right_verdicts = 0;  ///< rationales whose score has the sign of their label

  SftOutcome& operator+=(const SftOutcome& other);
  /// The step's loss: means, weighted.
  double loss(const SftOptions& options) const;
};

/// One forward and backward pass over a few slates: adds the gradient of their part of the step's loss to the
/// model's parameters. The loss is the mean cross-entropy of rationale and verdict tokens, and the weighted
/// means of the readouts' logistic losses; prompts and cues are read, never learnt. `step` is the size of all
/// of the step's slates. Works in packed trees; nothing of size [tokens, V] is held.
SftOutcome accumulate_sft_step(model::LanguageModel& model, const rollout::PromptFrame& frame,
                               std::span<const SftSlate> slates, const SftOptions& options,
                               const SftSize& step);

/// The losses of the same pass, without gradients: of rationales that are held out.
SftOutcome measure_sft(const model::LanguageModel& model, const rollout::PromptFrame& frame,
                       std::span<const SftSlate> slates);

}  // namespace r2rank::learn
