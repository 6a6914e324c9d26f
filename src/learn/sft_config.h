#pragma once

#include <string>

#include "base/config.h"
#include "learn/optimisation_config.h"
#include "learn/sft_step.h"
#include "rollout/sampling.h"

namespace r2rank::learn {

/// Every parameter of `r2rank sft`.
struct SftConfig : OptimisationConfig {
  std::string model;  ///< GGUF file, Hugging Face folder, or a run folder whose model is trained further
  std::string dataset, split;
  std::string rationale_set;         ///< folder made by `distill`
  int64_t epochs = 3;                ///< passes over all rationales; the schedule ends with them
  int64_t steps = 0;                 ///< 0: to the end of the epochs
  double minutes = 0;                ///< wall-clock budget; 0: none
  int64_t rationales_per_step = 16;  ///< at least so many, of whole trees
  int64_t rationale_tokens = 256;    ///< T: longer rationales are cut
  double readout_weight = 1, silent_weight = 0.3;
  double valid_share = 0.1;  ///< of the users, whose rationales are measured and not taught
  int64_t valid_every = 0;   ///< steps between measurements; 0: at the end of each epoch
  int64_t patience = 2;      ///< measurements without a better one before the run ends; 0: no end, no best
  std::string select = "valid_loss";  ///< what is better: a lower valid_loss, or a higher ndcg
  int64_t valid_slates = 100;         ///< validation slates that are ranked at each measurement
  int64_t valid_rationales = 0;       ///< G: rationales sampled for each of their candidates
  double temperature = 1.0;           ///< of these

  void describe(base::ConfigFields& fields);
  /// Refuses settings that cannot act. Errors: kUsage.
  void check() const;
  SftOptions step_options() const;
  bool selects_by_ndcg() const { return select == "ndcg"; }
  /// How the validation slates are reasoned about.
  rollout::SamplingOptions sampling() const;

 private:
  void describe_validation(base::ConfigFields& fields);
  void check_validation() const;
};

}  // namespace r2rank::learn
