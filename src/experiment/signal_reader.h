#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "experiment/signal_side.h"
#include "learn/model_folder.h"
#include "learn/signal_config.h"
#include "learn/taught_slates.h"

namespace r2rank::experiment {

/// The signals of a folder: training slates are answered by the early rankers, all others by the full ones.
class SignalReader : public rollout::SignalSource {
 public:
  /// Opens the rankers of `set` below `folder`, the early ones only where `training` slates will be asked
  /// about. The dataset must outlive it. Errors: as load_baseline; kData where a ranker is not the one that
  /// the set was made with.
  SignalReader(rollout::SignalSet set, const base::Path& folder, const data::Dataset& dataset,
               const data::Split& split, bool training);

  const std::vector<std::string>& names() const override { return names_; }
  rollout::SlateSignals of(const data::Slate& slate, bool training) override;

 private:
  rollout::SignalSet set_;
  std::vector<std::string> names_;
  std::unique_ptr<SignalSide> full_, early_;  // early_: null where nothing is trained
  std::mutex mutex_;                          // rankers are not thread-safe
};

/// The signals of a model that was trained with some; null for any other. `training`: it will be trained on.
/// Errors: as the reader; kUsage where its prompt shows signals that it does not have, and for another data
/// set or split.
std::unique_ptr<rollout::SignalSource> open_signals(const learn::RankingModel& model,
                                                    const data::Dataset& dataset, const data::Split& split,
                                                    bool training);

/// The signals that teach a training run; null where none do. Errors: as the reader; kUsage for another data
/// set or split.
std::unique_ptr<learn::Teaching> open_teaching(const learn::SignalConfig& config,
                                               const data::Dataset& dataset, const data::Split& split);

}  // namespace r2rank::experiment
