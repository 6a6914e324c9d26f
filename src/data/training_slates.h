#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/negative_sampler.h"
#include "data/slates.h"
#include "data/split.h"

namespace r2rank::data {

/// Draws training slates: a user with enough history, a target among their last `recent_targets` training
/// events (without the very last `withhold`), and `negative_count` negatives that are no items of the user's
/// training events (held-out ones may be: whoever trains does not know them). Slate n depends on (seed, n)
/// alone, so a resumed run draws the same ones.
///
/// An epoch brings every user once, in a new random order, each with a run of `targets_per_user` neighbouring
/// targets (fewer where they have fewer). Epoch by epoch the run moves on through the user's targets, after
/// the last ones come the first, so that all come equally often; within an epoch they come earliest first.
/// Neighbours have one window: their shown histories begin at the same event, as far as budgets of tokens
/// allow. Thread-safe.
class TrainingSlates {
 public:
  struct Options {
    int64_t negative_count = 7;
    int64_t recent_targets = 6;
    int64_t min_history = 3;
    std::string negatives = "uniform";  ///< uniform, popularity
    uint64_t seed = 7;
    int64_t withhold = 0;          ///< a user's last training events that are no targets
    int64_t targets_per_user = 1;  ///< M
  };
  /// The dataset and the split must outlive it. Errors: kUsage (no user has enough history, impossible
  /// options).
  TrainingSlates(const Dataset& dataset, const Split& split, const Options& options);
  /// Counts how draws changed, for whoever resumes: 1 excluded the user's held-out items from the negatives,
  /// up to 2 each slate drew its user by itself.
  static constexpr int64_t kDraws = 3;
  Slate draw(int64_t n) const;                        ///< Slate::id is n
  int64_t epoch_size() const { return epoch_size_; }  ///< slates of an epoch
  /// Users who have a target.
  int64_t users() const { return static_cast<int64_t>(eligible_.size()); }

 private:
  /// A target, and the last one of its run.
  struct Place {
    int32_t user, position, last;
  };
  struct Epoch {
    int64_t number = 0;
    std::vector<int32_t> order;   // of eligible_
    std::vector<int64_t> begins;  // the first slate of each one's run, counted from that of the epoch
  };
  int64_t targets_end(int32_t user) const { return split_.training_end[user] - options_.withhold; }
  int64_t targets(int32_t user) const;
  int64_t run_of(int32_t user) const { return std::min(options_.targets_per_user, targets(user)); }
  Place place(int64_t n) const;
  std::shared_ptr<const Epoch> epoch(int64_t number) const;
  void check_negatives() const;
  std::string advice(int64_t fewest) const;  // where a user leaves that many items

  const Dataset& dataset_;
  const Split& split_;
  Options options_;
  std::vector<int32_t> eligible_;
  int64_t epoch_size_ = 0;
  NegativeSampler sampler_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Epoch> epoch_;  // the one asked for last
};

}  // namespace r2rank::data
