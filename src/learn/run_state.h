#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "learn/critic.h"
#include "learn/gate_fit.h"
#include "learn/model_folder.h"
#include "learn/optimizer.h"

namespace r2rank::learn {

/// Where a run stands besides its weights and moments. Random numbers are keyed by (seed, step, slate, ...),
/// so the counters are the whole random state.
struct RunState {
  int64_t step = 0;             ///< finished optimiser steps
  int64_t slates = 0;           ///< training slates drawn (sft: trees taught): the data cursor
  double seconds = 0;           ///< of training so far
  int64_t nonfinite_steps = 0;  ///< skipped because the gradient was not finite, in all
  struct Best {
    double value = 0;   ///< the best so far of what the stage selects by
    int64_t step = 0;   ///< after which it was measured
    int64_t worse = 0;  ///< measurements since, none of them better
  };
  std::optional<Best> best = {};        ///< of a stage that looks for it
  std::optional<ReasonGate> gate = {};  ///< of the last measurement that ranked slates both ways
  int64_t next_slate = 0;  ///< number of the next training slate: a run goes on behind those that the model
                           ///< it began with was trained on
  static constexpr int64_t kUnknown = -1;
  int64_t measured = 0;  ///< measurements that were due and are done (train); kUnknown: of an older version
};

/// What a checkpoint belongs to: with anything else it would be another run.
struct RunIdentity {
  std::string verb;           ///< of errors: "train", "sft"
  std::string configuration;  ///< the resolved settings, a JSON object (configuration_of)
  std::string dataset_hash, split_hash;
  std::string rationales_hash = {};  ///< of what sft teaches; "" in other stages
  std::string signals_hash = {};     ///< of signals.json; "" without signals
};

/// A configuration's resolved settings as a JSON object.
template <class Config>
std::string configuration_of(Config config) {
  base::ConfigFields fields;
  config.describe(fields);
  return fields.as_json();
}

/// What a model's card says of its training, a JSON object (docs/formats.md).
std::string training_text(const RunState& state, const RunIdentity& identity);
/// The same of a model that a run chose before its end: `training`, which was written then, with what the
/// whole run took.
std::string with_whole_run(const std::string& training, const RunState& state);
/// What that account says of the measurement the model was chosen by; none of a model that was not chosen.
std::optional<RunState::Best> chosen_by(const std::string& training);

/// Writes <run>/checkpoint whole or not at all: our model folder, optimizer.safetensors, critic.safetensors
/// where there is a critic, state.json (state, resolved configuration, hashes of dataset and split).
/// docs/formats.md. Errors: kIo; an older checkpoint then stays as it was.
void save_checkpoint(const base::Path& run, const RankingModel& model, AdamW& optimizer, Critic* critic,
                     const RunState& state, const RunIdentity& identity);

/// Reads what save_checkpoint wrote into an optimiser (and critic) of the same model. Errors: kData (damaged,
/// other model), and kUsage where data or a setting that decides the outcome differs from the
/// checkpoint's.
RunState load_checkpoint(const base::Path& run, AdamW& optimizer, Critic* critic,
                         const RunIdentity& identity);
/// Whether the folder holds a whole checkpoint. One that a crash left moved aside, in the middle of being
/// replaced, is put back first.
bool has_checkpoint(const base::Path& run);
/// The element type a checkpoint's run computes in ("bf16", "f32"). Errors: kData.
std::string checkpoint_dtype(const base::Path& run, const std::string& verb);

}  // namespace r2rank::learn
