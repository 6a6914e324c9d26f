#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "baselines/neural/interaction_graph.h"

namespace r2rank::baselines {

/// A user, an item they had and one they had not.
struct Triple {
  int32_t user = 0, positive = 0, negative = 0;
};

/// Training triples of pairwise ranking (Rendle et al. 2009): every training event once an epoch, in a random
/// order, each with one item drawn uniformly from those without a training event of the user. Users who had
/// every item are left out. A draw depends on (seed, epoch, event's place in the epoch) alone.
class PairSampler {
 public:
  PairSampler(const InteractionGraph& graph, uint64_t seed);

  int64_t per_epoch() const { return static_cast<int64_t>(events_.size()); }
  /// Must come before draw(): lays out the order of the epoch.
  void start_epoch(int64_t epoch);
  /// The triples at places begin .. begin + triples.size() of the epoch.
  void draw(int64_t begin, std::span<Triple> triples) const;

 private:
  int32_t draw_negative(int32_t user, uint64_t place) const;

  const InteractionGraph& graph_;
  uint64_t seed_;
  int64_t epoch_ = -1;
  std::vector<UserItem> events_;
  std::vector<int32_t> order_;
};

}  // namespace r2rank::baselines
