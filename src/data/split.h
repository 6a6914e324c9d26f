#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/config.h"
#include "data/dataset.h"
#include "data/negative_sampler.h"
#include "data/slates.h"

namespace r2rank::data {

/// Every parameter of `r2rank split`.
struct SplitConfig {
  std::string split = "leave-one-out";  ///< leave-one-out, temporal
  std::string negatives = "uniform";    ///< uniform, popularity, file
  std::string candidates_file;  ///< JSON lines {user_id, positive, candidates:[...]}: those slates become the
                                ///< test set
  int64_t negative_count = 19;
  int64_t min_history = 3;                   ///< a slate needs at least this many earlier events
  int64_t test_users = 0, valid_users = 0;   ///< how many users to evaluate on, drawn at random (0: all)
  double valid_from = 0.8, test_from = 0.9;  ///< temporal: shares of the interactions, by time
  int64_t seed = 7;

  void describe(base::ConfigFields& fields);
};

/// Which events training may see: for each user the events before training_end[user]. Saved beside the slates
/// (split.json).
struct Split {
  Protocol protocol;
  std::vector<int32_t>
      training_end;  ///< [users] number of leading events of each user that are training data
  SlateSet valid, test;
  std::vector<std::pair<std::string, int64_t>>
      counts;  ///< slates made, users skipped, ...: printed by `split`
};

/// Leave-one-out: last event tested, second-last validated, the rest trained on. Temporal: events by global
/// time; each target of the later parts is one slate, its history everything of that user before it. Errors:
/// kUsage (a temporal split of an order-only dataset, more candidates than the catalogue can give), kData.
Split make_split(const Dataset& dataset, const SplitConfig& config);

void save_split(const Split& split, const Dataset& dataset, const base::Path& folder, bool overwrite);
Split load_split(const base::Path& folder, const Dataset& dataset);

/// Identifies what training may see: protocol and training_end. Splits with equal training data share it.
std::string training_hash(const Split& split);

/// Statistics of items over training interactions only (leakage-free by construction).
struct ItemStatistics {
  std::vector<int32_t> count;      ///< [items] training interactions of the item
  std::vector<float> mean_rating;  ///< [items] NaN where unrated
};
ItemStatistics item_statistics(const Dataset& dataset, const Split& split);

/// Draws training slates: a user with enough history, a target among their last `recent_targets` training
/// events, and `negative_count` negatives; slate n depends on (seed, n) alone, so a resumed run draws the
/// same ones.
class TrainingSlates {
 public:
  struct Options {
    int64_t negative_count = 7;
    int64_t recent_targets = 6;
    int64_t min_history = 3;
    std::string negatives = "uniform";  ///< uniform, popularity
    uint64_t seed = 7;
  };
  /// The dataset and the split must outlive it. Errors: kUsage (no user has enough history, impossible
  /// options).
  TrainingSlates(const Dataset& dataset, const Split& split, Options options);
  Slate draw(int64_t n) const;  ///< Slate::id is n
  int64_t users() const { return static_cast<int64_t>(eligible_.size()); }

 private:
  void check_negatives() const;

  const Dataset& dataset_;
  const Split& split_;
  Options options_;
  std::vector<int32_t> eligible_;
  NegativeSampler sampler_;
};

}  // namespace r2rank::data
