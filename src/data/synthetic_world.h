#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/random.h"
#include "data/alias_table.h"
#include "data/dataset.h"

namespace r2rank::data {

/// Every parameter of `r2rank generate` that shapes the data.
struct SyntheticConfig {
  int64_t interactions = 1'000'000, items = 10'000, clusters = 50;
  double mean_length = 20;  ///< events of a user, on average; none has more than a quarter of the items
  int64_t shortest = 5;     ///< events of a user, at least
  double stay = 0.7;        ///< probability that an event is drawn from the cluster of the one before
  double popularity = 1;    ///< Zipf exponent of the items' weights; 0: all alike
  double text_noise = 0.2;  ///< probability that a word of a title is another cluster's
  int64_t seed = 7;

  void describe(base::ConfigFields& fields);
};

/// Refuses numbers that no world has. Errors: kUsage.
void check_world(const SyntheticConfig& config);

/// Users, items and what follows what, all of it known. Item i has the weight w_i = rank^-popularity and
/// belongs to a cluster c(i). After item j comes, among the items the user has not met yet, item i with
/// probability in proportion to
///   p(i | j) = stay [c(i) = c(j)] w_i / W_c(j) + (1 - stay) w_i / W,
/// where W_c and W are sums of w over a cluster and over all; the first item with w_i / W, and so the one
/// behind a cluster of which all are met where stay = 1 (the limit of p for stay towards 1). Of a slate whose
/// negatives were drawn uniformly from items the user never met, the posterior of the target is in proportion
/// to p(i | j): ranking by it is Bayes-optimal for every metric of the target's rank.
class SyntheticWorld {
 public:
  /// Errors: as check_world(); kInterrupted.
  explicit SyntheticWorld(const SyntheticConfig& config);

  const SyntheticConfig& config() const { return config_; }
  int64_t items() const { return static_cast<int64_t>(weights_.size()); }
  int32_t cluster(int32_t item) const { return static_cast<int32_t>(item % config_.clusters); }
  double weight(int32_t item) const { return weights_[static_cast<size_t>(item)]; }
  /// p(item | previous), before items that the user knows are left out; previous = -1 for none.
  double probability(int32_t item, int32_t previous) const;

  static std::string item_id(int32_t item);
  static std::string user_id(int64_t user);
  /// The item's text: a title of words of its cluster (some of another's), its brand, its section.
  Item item(int32_t item) const;

  /// What remembers the items of one user, reused from user to user.
  struct Memory {
    std::vector<int64_t> met_by;  ///< [items] the user who met it last, -1
  };
  Memory memory() const { return {std::vector<int64_t>(weights_.size(), -1)}; }
  /// The events of a user in order: items all different, times increasing, ratings from 1 to 5 that depend on
  /// nothing. Depends on the seed and the user's number alone. REQUIRES: users come one after the other.
  std::vector<Interaction> events(int64_t user, Memory& memory) const;

 private:
  int32_t next_item(base::RandomStream& stream, int32_t previous) const;
  /// Whether nothing can follow by the formula: all of the last one's cluster is met, and no item leaves it.
  bool is_stuck(const std::vector<Interaction>& events) const;
  std::string word(int64_t cluster, uint64_t number) const;

  SyntheticConfig config_;
  std::vector<double> weights_;          // [items]
  std::vector<double> cluster_weights_;  // [clusters]
  double total_ = 0;
  AliasTable all_;
  std::vector<AliasTable> within_;  // [clusters] place k is item cluster + k * clusters
};

}  // namespace r2rank::data
