#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "learn/signal_config.h"
#include "rollout/signal_set.h"

namespace r2rank::learn {

struct RankingModel;

/// The signals that a model was or is trained with.
struct ModelSignals {
  rollout::SignalSet set;
  base::Path folder;  ///< where signals.json and the full rankers lie
  std::vector<std::string> use;
  int64_t hidden = 0;
};

/// Gives a model without signals these; with `residual` in use its signal head, which begins as the weighted
/// sum, with `token` a projection, which begins at zero.
void connect_signals(RankingModel& ranking, ModelSignals signals);

/// Opens the signals that a training run names and gives them to the model, or checks that they are those
/// it was trained with before; `config` takes over how it uses them. Signals that teach are no part of it.
/// Errors: kUsage for signals of another data set or split, others than the model's, none where it or its
/// prompt needs some, and a prompt that shows what is no signal; kData, kIo.
void use_signals(SignalConfig& config, const data::Dataset& dataset, const data::Split& split,
                 RankingModel& ranking);

/// Refuses a model with signals, and a prompt that shows some, where none are used. Errors: kUsage.
void refuse_signals(const std::string& verb, const RankingModel& ranking);

/// Refuses training slates whose targets, among a user's last `last_events` training events, the early
/// rankers may have learned from. Errors: kUsage.
void check_signal_targets(const rollout::SignalSet& set, int64_t last_events, int64_t min_history);

/// Writes signals.json and the full rankers into an existing folder, and what the model's card says of them.
/// Errors: kIo; kData where the files are not those the run began with.
nlohmann::json write_signals(const ModelSignals& signals, const base::Path& folder);
/// Reads them back. Errors: kData, kIo.
ModelSignals read_signals(const nlohmann::json& card, const base::Path& folder, const base::Path& card_path);

}  // namespace r2rank::learn
