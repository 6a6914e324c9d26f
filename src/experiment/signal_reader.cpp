#include "experiment/signal_reader.h"

#include <algorithm>

#include "base/error.h"
#include "base/hash.h"
#include "data/early_split.h"
#include "experiment/baseline_folder.h"

namespace r2rank::experiment {
namespace {

std::unique_ptr<baselines::Scorer> open_ranker(const base::Path& folder, const std::string& hash,
                                               const baselines::TrainingData& data) {
  const base::Path card = folder / "baseline.json";
  if (const std::string found = base::hash_hex(base::read_file(card)); found != hash)
    base::fail_data("signals",
                    "expected a ranker with hash {} in {}, found {}: it was changed; make the signals again",
                    hash, card.string(), found);
  return load_baseline(folder, data).scorer;
}

}  // namespace

SignalReader::SignalReader(rollout::SignalSet set, const base::Path& folder, const data::Dataset& dataset,
                           const data::Split& split, bool training)
    : set_(std::move(set)), names_(set_.names()) {
  const auto references = reference_items(dataset, split, set_.references, set_.seed);
  full_ = std::make_unique<SignalSide>(dataset, split, references);
  if (training)
    early_ = std::make_unique<SignalSide>(dataset, data::early_split(split, set_.withhold, set_.min_history),
                                          references);
  for (const auto& signal : set_.signals) {
    full_->add(open_ranker(rollout::full_folder(folder, signal.method), signal.full, full_->data()));
    if (training)
      early_->add(open_ranker(rollout::early_folder(folder, signal.method), signal.early, early_->data()));
  }
}

rollout::SlateSignals SignalReader::of(const data::Slate& slate, bool training) {
  const std::lock_guard lock(mutex_);
  const SignalSide* side = training ? early_.get() : full_.get();
  R2RANK_CHECK(side != nullptr);
  return standardised(side->ask(slate), set_);
}

std::unique_ptr<rollout::SignalSource> open_signals(const learn::RankingModel& model,
                                                    const data::Dataset& dataset, const data::Split& split,
                                                    bool training) {
  if (!model.signals) {
    learn::refuse_signals("model", model);
    return nullptr;
  }
  const learn::ModelSignals& signals = *model.signals;
  rollout::check_signal_set(signals.set, signals.folder, dataset, split);
  return std::make_unique<SignalReader>(signals.set, signals.folder, dataset, split, training);
}

std::unique_ptr<learn::Teaching> open_teaching(const learn::SignalConfig& config,
                                               const data::Dataset& dataset, const data::Split& split) {
  if (!config.uses("teach")) return nullptr;
  auto set = rollout::load_signal_set(config.folder);
  rollout::check_signal_set(set, config.folder, dataset, split);
  auto teaching = std::make_unique<learn::Teaching>();
  teaching->weights = set.weights();
  if (std::all_of(teaching->weights.begin(), teaching->weights.end(), [](float w) { return w == 0; }))
    base::fail_usage("train", "the signals in {} have no weight: they found nothing to teach", config.folder);
  teaching->hash = set.hash;
  teaching->withhold = set.withhold;
  teaching->min_history = set.min_history;
  teaching->rankers = std::make_unique<SignalReader>(std::move(set), config.folder, dataset, split, true);
  return teaching;
}

}  // namespace r2rank::experiment
