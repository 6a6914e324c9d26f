#pragma once

#include <cstdint>
#include <span>

#include "base/random.h"
#include "data/synthetic_world.h"

namespace r2rank::data {

/// A mean over users with its standard error.
struct Estimate {
  double mean = 0, standard_error = 0;
};

/// Refuses slates of so many candidates where users may know half of the items beside them. Errors: kUsage.
void check_candidates(int64_t candidates, int64_t items);

/// What rankers that know the truth reach on leave-one-out slates of a world: a user's last item among
/// `candidates` - 1 items drawn uniformly from those the user never met. Over users, each with a slate of its
/// own, the expected NDCG@k given the slate is averaged: sum over ranks r <= k of the posterior of the item
/// at rank r times 1 / log2(r + 1).
class SyntheticOptimum {
 public:
  SyntheticOptimum(const SyntheticWorld& world, int64_t candidates, int64_t k);
  /// Takes a user of at least two events into the means; `memory` has just made them.
  void add(int64_t user, std::span<const Interaction> events, const SyntheticWorld::Memory& memory);

  int64_t users() const { return users_; }
  Estimate optimum() const { return estimate(optimum_); }        ///< ranked by p(i | previous)
  Estimate popularity() const { return estimate(popularity_); }  ///< ranked by weight alone
  double random() const;                                         ///< any order, exactly

 private:
  struct Sums {
    double sum = 0, squares = 0;
  };
  Estimate estimate(const Sums& sums) const;

  const SyntheticWorld& world_;
  int64_t candidates_, k_, users_ = 0;
  Sums optimum_, popularity_;
};

/// Expected NDCG@k of an order with one relevant item, which stands at place r with probability posterior[r].
double expected_ndcg(std::span<const double> posterior, int64_t k);

}  // namespace r2rank::data
