#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/negative_sampler.h"
#include "data/slates.h"
#include "data/split.h"
#include "rollout/signal_source.h"

namespace r2rank::learn {

/// Rankers that teach (docs/signals.md, "Teaching"): the early ones of a folder of signals. The signals'
/// weighted sum is a conditional logit model: its softmax over some candidates says how likely each is the
/// next one.
struct Teaching {
  std::unique_ptr<rollout::SignalSource> rankers;
  std::vector<float> weights;             ///< [M] of the signals
  std::string hash;                       ///< of their signals.json
  int64_t withhold = 1, min_history = 3;  ///< the events that they have not learned from (data::early_split)
};

/// Slates that nobody has labelled: a user with the events before those withheld as history, a candidate
/// drawn as the rankers expect the next event, and others drawn uniformly, none of them in the user's
/// training events. Their labels are the rankers' chances. Slate n depends on (seed, n) alone. Thread-safe
/// where the rankers are.
class TaughtSlates {
 public:
  struct Options {
    int64_t negative_count = 7;   ///< K - 1
    int64_t slates_per_user = 1;  ///< so many from a multiple of it on are about one user
    uint64_t seed = 7;
    int64_t considered = 200;  ///< items, drawn uniformly, of which the rankers' candidate is one
  };
  /// The references must outlive it. Errors: kUsage where the rankers know every user whole, and where one
  /// has fewer than K items left to draw from.
  TaughtSlates(const data::Dataset& dataset, const data::Split& split, const Teaching& teaching,
               const Options& options);
  data::Slate draw(int64_t n) const;

 private:
  /// What the rankers say about some candidates of a slate: [candidates], sum 1.
  std::vector<double> chances(data::Slate slate, std::vector<int32_t> candidates) const;

  const data::Dataset& dataset_;
  const data::Split& split_;
  const Teaching& teaching_;
  Options options_;
  data::NegativeSampler sampler_;
  std::vector<int32_t> early_end_;  // [users]
  std::vector<int32_t> users_;      // of whom something is withheld
};

}  // namespace r2rank::learn
