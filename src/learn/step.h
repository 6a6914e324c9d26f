#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "learn/credit.h"
#include "learn/critic.h"
#include "learn/score_gradient.h"
#include "model/language_model.h"
#include "rollout/slate_tree.h"

namespace r2rank::learn {

/// What one training step maximises and how (docs/method.md, "What is maximised in a step").
struct StepOptions {
  Objective objective = Objective::kJ1;
  Credit credit = Credit::kNone;
  EstimatorOptions estimator;
  Utility utility;
  double silent_weight = 0.3;      ///< weight of the silent readout's own utility; 1 in a purely silent step
  double token_clip = 0.2;         ///< PPO clip of the token ratio
  double kl = 0;                   ///< weight of the k3 estimate of KL(policy || reference), per token
  double token_entropy = 0;        ///< weight of the token entropy, per token
  double length_price = 0;         ///< taken off a rationale's credit for each of its tokens
  double text_weight = 0;          ///< of the log-likelihood of each slate's text (rollout/prompt_text.h)
  double temperature = 1.0;        ///< the one the tokens were sampled with
  bool checkpoint_layers = false;  ///< gradient checkpointing
  uint64_t seed = 7;               ///< of sampled rankings
  Critic* critic = nullptr;        ///< trained beside the model; needed by RankingBaseline::kCritic alone
};

/// One slate of a step with everything that was frozen when it was rolled out.
struct StepSlate {
  const rollout::PreparedSlate* slate = nullptr;
  const std::vector<std::vector<rollout::Rationale>>* rationales = nullptr;  ///< [K][G]; null: silent alone
  /// Later epochs only: log-probabilities [K][G][T] and scores at the time of the rollout (first pass).
  const std::vector<std::vector<std::vector<float>>>* old_logprobs = nullptr;
  const SlateScores* old_scores = nullptr;
  const std::vector<std::vector<double>>* frozen_credit = nullptr;  ///< [K][G] without length price
  const std::vector<std::vector<std::vector<float>>>* reference_logprobs = nullptr;
  const SlateValues* frozen_values = nullptr;  ///< the critic's at the time of the rollout
  double baseline = 0;                         ///< of `shared` credit and of batch-mean rankings
};

/// What one slate's pass found out.
struct SlateOutcome {
  SlateScores scores;
  double utility = 0;  ///< of the objective (J_1: mean over g), exact for `expected`
  double silent_utility = 0;
  std::vector<std::vector<double>> credit;                ///< [K][G] before the length price
  std::vector<std::vector<std::vector<float>>> logprobs;  ///< [K][G][T] at this pass
  double token_entropy = 0, kl = 0, token_clip_share = 0,
         ranking_clip_share = 0;       ///< means over tokens / rankings
  int64_t tokens = 0;                  ///< sampled tokens
  SlateValues values;                  ///< the critic's, which served as baselines
  std::optional<double> critic_error;  ///< mean squared difference between its values and the rewards
  std::optional<double>
      text_loss;  ///< nats a token of the text; the mean over the labelled slates of the pass
};

/// One forward and backward pass over a few slates: adds the gradient of -(1 / slates_in_step) * sum of their
/// objectives to the model's parameters, and the critic's to its own. Works in packed trees; nothing of size
/// [tokens, V] is held.
std::vector<SlateOutcome> accumulate_step(model::LanguageModel& model, const rollout::PromptFrame& frame,
                                          std::span<const StepSlate> slates, const StepOptions& options,
                                          int64_t slates_in_step);

/// Log-probabilities [K][G][T] of given rationales under a model, without gradients; for references and
/// tests.
std::vector<std::vector<std::vector<float>>> rationale_logprobs(
    const model::LanguageModel& model, const rollout::PromptFrame& frame, const rollout::PreparedSlate& slate,
    const std::vector<std::vector<rollout::Rationale>>& rationales, double temperature);

}  // namespace r2rank::learn
