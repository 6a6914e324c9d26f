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

/// Rankers that teach (docs/signals.md, "Teaching"): their signals' weighted sum is a conditional logit
/// model, so its softmax over some candidates says how likely each is the one that is chosen next.
struct Teaching {
  std::unique_ptr<rollout::SignalSource> rankers;  ///< that have learned from all training events
  std::vector<float> weights;                      ///< [M] of the signals
  std::string hash;                                ///< of their signals.json
};

/// Slates that nobody has labelled: a user with all of their training events as history, a candidate drawn as
/// the rankers expect the next event, and others drawn uniformly; none is known to the user. Their labels are
/// the rankers' chances. Slate n depends on (seed, n) alone. Thread-safe.
class TaughtSlates {
 public:
  struct Options {
    int64_t negative_count = 7;  ///< K - 1
    int64_t min_history = 3;
    uint64_t seed = 7;
    int64_t considered = 64;  ///< items, drawn uniformly, of which the rankers' candidate is one
  };
  /// The references must outlive it. Errors: kUsage without a user of more than `min_history` events, and
  /// where one has fewer than K unknown items.
  TaughtSlates(const data::Dataset& dataset, const data::Split& split, const Teaching& teaching,
               const Options& options);
  data::Slate draw(int64_t n) const;

 private:
  std::vector<double> chances(const data::Slate& slate) const;

  const data::Dataset& dataset_;
  const data::Split& split_;
  const Teaching& teaching_;
  Options options_;
  data::NegativeSampler sampler_;
  std::vector<int32_t> users_;
};

}  // namespace r2rank::learn
