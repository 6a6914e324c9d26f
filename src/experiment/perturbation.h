#pragma once

#include <cstdint>
#include <string>

#include "base/config.h"
#include "rollout/prompt_view.h"
#include "rollout/rationale_change.h"

namespace r2rank::experiment {

/// What an evaluation changes on purpose, to see what a model's scores rest on (docs/study.md). The default
/// changes nothing.
struct Perturbation {
  bool shuffle_history = false;
  bool made_up_names = false;
  int64_t shown_history = -1;  ///< past items; -1: as the prompt has
  std::string change_rationales = "none";
  int64_t ensemble = 1;  ///< N: silent scores are means over N orders of the history, the first as it is
  int64_t seed = 7;

  void describe(base::ConfigFields& fields);
  /// What the prompts of one member of the ensemble show.
  rollout::PromptView view(int64_t member) const;
  /// What the results are called beside those of the plain evaluation: "-shuffled-history-filler"; "" for the
  /// default.
  std::string suffix() const;
  /// Errors: kUsage for a change without rationales, or an ensemble with them.
  void check(int64_t rationales) const;
};

}  // namespace r2rank::experiment
