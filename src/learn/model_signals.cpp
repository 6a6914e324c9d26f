#include "learn/model_signals.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/hash.h"
#include "data/json_fields.h"
#include "learn/model_folder.h"

namespace r2rank::learn {
namespace {

using nlohmann::json;

constexpr int64_t kMostHidden = 4096;

bool contains(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

/// What the prompt shows must be there, and what is asked to be shown must be in the prompt.
void check_prompt(const SignalConfig& config, const RankingModel& ranking) {
  const auto& shown = ranking.prompts->signal_names();
  const auto known = ranking.signals->set.names();
  for (const auto& name : shown)
    if (!contains(known, name))
      base::fail_usage("train",
                       "prompt_candidate shows {{signal:{}}}, which is no signal of {}: choose among {}",
                       name, config.folder, fmt::join(known, ", "));
  if (config.uses("text") && shown.empty())
    base::fail_usage("train",
                     "signal_use has text, but prompt_candidate shows no signal: put in, for example, "
                     "'[, fit {{signal:{}}} of 100]'",
                     known.front());
  if (!config.uses("text") && !shown.empty())
    base::fail_usage("train",
                     "prompt_candidate shows {{signal:{}}}: add text to --signal-use, or leave it out",
                     shown.front());
}

void refuse_missing(const RankingModel& ranking) {
  if (ranking.signals)
    base::fail_usage("train", "{} was trained with the signals {}: pass the same folder again with --signals",
                     ranking.origin, fmt::join(ranking.signals->set.names(), ", "));
  if (!ranking.prompts->signal_names().empty())
    base::fail_usage("train",
                     "prompt_candidate shows {{signal:{}}}, and there are no signals: pass a folder made by "
                     "`r2rank signals` with --signals",
                     ranking.prompts->signal_names().front());
}

/// A model that is taught knows no signals.
void refuse_to_teach(const RankingModel& ranking) {
  if (ranking.signals)
    base::fail_usage(
        "train",
        "{} was trained with the signals {} beside it and cannot be taught by some: start from a model "
        "without",
        ranking.origin, fmt::join(ranking.signals->set.names(), ", "));
  if (!ranking.prompts->signal_names().empty())
    base::fail_usage("train",
                     "prompt_candidate shows {{signal:{}}}, which signal_use = teach does not: leave it out",
                     ranking.prompts->signal_names().front());
}

/// As of prompt and readout: the trained model decides, and a setting of the caller's that differs is not
/// passed over in silence.
void follow_model(SignalConfig& config, const RankingModel& ranking) {
  const ModelSignals& own = *ranking.signals;
  const SignalConfig usual;
  const bool other_use = config.use != usual.use && config.use != own.use;
  const bool other_network = config.hidden != usual.hidden && config.hidden != own.hidden;
  if (other_use || other_network)
    base::fail_usage("train",
                     "{} was trained with signal_use = {} and signal_hidden = {}, and works only so; leave "
                     "these settings out",
                     ranking.origin, fmt::join(own.use, ","), own.hidden);
  config.use = own.use;
  config.hidden = own.hidden;
}

}  // namespace

void connect_signals(RankingModel& ranking, ModelSignals signals) {
  R2RANK_CHECK(!ranking.signals);
  if (contains(signals.use, "residual"))
    ranking.model->add_signal_head(signals.set.weights(), signals.set.features(), signals.hidden);
  if (contains(signals.use, "token")) ranking.model->add_signal_projection(signals.set.features());
  ranking.signals = std::move(signals);
}

void use_signals(SignalConfig& config, const data::Dataset& dataset, const data::Split& split,
                 RankingModel& ranking) {
  if (!config.on()) return refuse_missing(ranking);
  rollout::SignalSet set = rollout::load_signal_set(config.folder);
  rollout::check_signal_set(set, config.folder, dataset, split);
  if (config.uses("teach")) return refuse_to_teach(ranking);
  if (!ranking.signals) {
    connect_signals(ranking, {std::move(set), config.folder, config.use, config.hidden});
  } else {
    if (set.hash != ranking.signals->set.hash)
      base::fail_usage(
          "train", "{} was trained with other signals than those in {}; pass the folder it was trained with",
          ranking.origin, config.folder);
    follow_model(config, ranking);
    ranking.signals->folder = config.folder;
  }
  check_prompt(config, ranking);
}

void refuse_signals(const std::string& verb, const RankingModel& ranking) {
  if (ranking.signals)
    base::fail_usage(
        verb,
        "{} was trained with signals of other rankers, which {} does not use: start from a model without",
        ranking.origin, verb);
  if (!ranking.prompts->signal_names().empty())
    base::fail_usage(verb, "prompt_candidate shows {{signal:{}}}, and there are no signals: leave it out",
                     ranking.prompts->signal_names().front());
}

void check_signal_targets(const rollout::SignalSet& set, int64_t last_events, int64_t min_history) {
  if (last_events > set.withhold)
    base::fail_usage(
        "train",
        "targets among the last {} training events (recent_targets, and withhold before them) are asked for, "
        "and the early rankers of the signals have learned from all but the last {}: lower recent_targets, or "
        "make signals with --withhold {}",
        last_events, set.withhold, last_events);
  if (min_history < set.min_history)
    base::fail_usage(
        "train",
        "min_history = {} takes targets of users whom the early rankers of the signals know whole: "
        "raise it to {}, or make signals with --min-history {}",
        min_history, set.min_history, min_history);
}

json write_signals(const ModelSignals& signals, const base::Path& folder) {
  const std::string text = base::read_file(signals.folder / rollout::kSignalFile);
  if (base::hash_hex(text) != signals.set.hash)
    base::fail_data("train", "{} was changed while the run was using it; make the signals again",
                    (signals.folder / rollout::kSignalFile).string());
  base::write_file(folder / rollout::kSignalFile, text);
  for (const auto& signal : signals.set.signals) {
    const base::Path from = rollout::full_folder(signals.folder, signal.method),
                     to = rollout::full_folder(folder, signal.method);
    std::filesystem::create_directories(to);
    for (const char* name : {"baseline.json", "weights.safetensors"})
      if (std::filesystem::exists(from / name)) std::filesystem::copy_file(from / name, to / name);
  }
  return {{"hash", signals.set.hash}, {"use", signals.use}, {"hidden", signals.hidden}};
}

ModelSignals read_signals(const json& card, const base::Path& folder, const base::Path& card_path) {
  const auto fields =
      data::JsonFields::wrap(card, "model", fmt::format("'signals' of {}", card_path.string()));
  ModelSignals signals{
      rollout::load_signal_set(folder), folder, {}, fields.integer("hidden", 0, kMostHidden)};
  if (signals.set.hash != fields.text("hash"))
    base::fail_data("model", "{} is damaged: its hash is {}, and {} has {}",
                    (folder / rollout::kSignalFile).string(), signals.set.hash, card_path.string(),
                    fields.text("hash"));
  for (const auto& way : fields.list("use")) {
    if (way != "residual" && way != "text" && way != "token")
      fields.fail_field("use", "a list of residual, text and token");
    signals.use.push_back(way.get<std::string>());
  }
  return signals;
}

}  // namespace r2rank::learn
