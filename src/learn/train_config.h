#pragma once

#include <string>
#include <vector>

#include "base/config.h"
#include "data/slate_drawing.h"
#include "learn/optimisation_config.h"
#include "learn/signal_config.h"
#include "learn/step.h"
#include "learn/taught_slates.h"
#include "rollout/sampling.h"

namespace r2rank::learn {

/// Every parameter of `r2rank train`: one stage of one run.
struct TrainConfig : OptimisationConfig, data::SlateDrawing {
  std::string model;  ///< GGUF file, Hugging Face folder, or a run folder whose model is trained further
  std::string dataset, split;
  std::string stage = "silent";  ///< silent: the readout of the cue right after the prompt; rl: rationales
  int64_t steps = 200;           ///< 0: until `minutes` are over
  double minutes = 0;            ///< wall-clock budget; the schedule follows it where it ends before `steps`
  int64_t slates_per_step = 8;   ///< B
  int64_t targets_per_user = 1;  ///< training slates of one user that follow one another, at most
  SignalConfig signals;

  int64_t rationales = 2;         ///< G
  int64_t rationale_tokens = 16;  ///< T
  double temperature = 1.0;
  std::string rationale_source =
      "policy";        ///< who writes: "policy", "start" (the model it began as), "filler"
  int64_t epochs = 1;  ///< passes over one rollout

  std::string list_objective = "auto";  ///< auto: cross-entropy in the silent stage, ndcg in rl
  int64_t cutoff = 10;                  ///< k
  double tau = 1.0;
  std::string objective = "j1", credit = "marginal", estimator = "expected";
  std::string ranking_baseline = "leave-one-out";
  int64_t rankings = 8, ranking_depth = 0;
  double ranking_clip = 0.2, token_clip = 0.2;
  double ranking_entropy = 0, token_entropy = 0, kl = 0, length_price = 0;
  double silent_weight = 0.3;
  double text_weight = 0;

  double critic_learning_rate = 1e-4;

  int64_t valid_slates = 0;         ///< validation slates that are ranked during the run; 0: none
  int64_t valid_measurements = 10;  ///< times, spread evenly over the budget; also before its first step
  std::string select = "last";      ///< the model that the run leaves: "last", or "best" on those slates

  void describe(base::ConfigFields& fields);
  /// Puts what `auto` means in place of it; what a run records is resolved.
  void resolve();
  /// Refuses combinations that cannot be trained, with the valid choices, and settings that cannot act.
  /// Errors: kUsage.
  void check() const;
  data::TrainingSlates::Options drawing(uint64_t seed) const;
  /// Of a step's slates, those that signals label, and how they are drawn; at least one of each kind where
  /// they do.
  int64_t taught_slates() const;
  TaughtSlates::Options taught_drawing() const;
  StepOptions step_options() const;
  rollout::SamplingOptions sampling(int64_t step) const;
  bool reasons() const { return stage == "rl"; }
  /// Whether the model that the run started from stays beside the one that learns.
  bool keeps_start() const { return reasons() && (kl > 0 || rationale_source == "start"); }
  bool selects_best() const { return valid_slates > 0 && select == "best"; }
  /// How validation slates are reasoned about: with the same draws at each measurement.
  rollout::SamplingOptions valid_sampling() const;
  ListObjective objective_of_lists() const;

 private:
  void describe_rationales(base::ConfigFields& fields);
  void describe_objective(base::ConfigFields& fields);
  void describe_validation(base::ConfigFields& fields);
  void check_rationales() const;
  void check_estimator() const;
  void check_teaching() const;
  void check_idle() const;
};

}  // namespace r2rank::learn
