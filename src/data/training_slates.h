#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/negative_sampler.h"
#include "data/slates.h"
#include "data/split.h"

namespace r2rank::data {

/// Draws training slates: a user with enough history, a target among their last `recent_targets` training
/// events (without the very last `withhold`), and `negative_count` negatives that are no items of the user's
/// training events (held-out ones may be: whoever trains does not know them); slate n depends on (seed, n)
/// alone, so a resumed run draws the same ones.
class TrainingSlates {
 public:
  struct Options {
    int64_t negative_count = 7;
    int64_t recent_targets = 6;
    int64_t min_history = 3;
    std::string negatives = "uniform";  ///< uniform, popularity
    uint64_t seed = 7;
    int64_t withhold = 0;  ///< a user's last training events that are no targets
  };
  /// The dataset and the split must outlive it. Errors: kUsage (no user has enough history, impossible
  /// options).
  TrainingSlates(const Dataset& dataset, const Split& split, const Options& options);
  /// Counts how draws changed, for whoever resumes: 1 excluded the user's held-out items from the negatives.
  static constexpr int64_t kDraws = 2;
  Slate draw(int64_t n) const;  ///< Slate::id is n
  /// Users who have a target.
  int64_t users() const { return static_cast<int64_t>(eligible_.size()); }

 private:
  int64_t targets_end(int32_t user) const { return split_.training_end[user] - options_.withhold; }
  void check_negatives() const;
  std::string advice(int64_t fewest) const;  // where a user leaves that many items

  const Dataset& dataset_;
  const Split& split_;
  Options options_;
  std::vector<int32_t> eligible_;
  NegativeSampler sampler_;
};

}  // namespace r2rank::data
