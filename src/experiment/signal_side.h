#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "baselines/scorer.h"
#include "data/item_statistics.h"
#include "experiment/standard_score.h"
#include "rollout/signal_set.h"
#include "rollout/signal_source.h"

namespace r2rank::experiment {

/// R items that scores are compared with, ascending: drawn by the seed from those with training events (all
/// of them where there are fewer).
std::vector<int32_t> reference_items(const data::Dataset& dataset, const data::Split& split, int64_t count,
                                     uint64_t seed);

/// What signals know at one time (docs/signals.md, "Two states of knowledge"): the rankers, and the items'
/// counts. The dataset must outlive it; it keeps the split, which its rankers may point to, so it never
/// moves. Not thread-safe.
class SignalSide {
 public:
  SignalSide(const data::Dataset& dataset, data::Split split, std::vector<int32_t> references);
  SignalSide(const SignalSide&) = delete;
  SignalSide& operator=(const SignalSide&) = delete;

  baselines::TrainingData data() const { return {dataset_, split_}; }
  /// One more signal.
  void add(std::unique_ptr<baselines::Scorer> ranker) { rankers_.push_back(std::move(ranker)); }

  /// What the rankers say about a slate.
  struct Raw {
    std::vector<std::vector<double>> scores;  ///< [M][K]
    std::vector<Spread> spreads;              ///< [M] of the reference items that the user does not know
    std::vector<double> counts;               ///< [K] log(1 + training events of the item)
    double history = 0;                       ///< log(1 + events of the user before the target)
  };
  Raw ask(const data::Slate& slate) const;

 private:
  const data::Dataset& dataset_;
  data::Split split_;
  std::vector<int32_t> references_;
  std::vector<int32_t> counts_;  // [items]
  std::vector<std::unique_ptr<baselines::Scorer>> rankers_;
};

/// The same, standardised by the set's floors, means and deviations. REQUIRES: as many signals in both.
rollout::SlateSignals standardised(const SignalSide::Raw& raw, const rollout::SignalSet& set);

}  // namespace r2rank::experiment
