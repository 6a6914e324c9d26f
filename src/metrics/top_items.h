#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/random.h"

namespace r2rank::metrics {

/// The first k of a slate, ties in random order: some candidates are surely among them, and of the block that
/// is tied at the k-th place a random `places` are. A list of at most k candidates is in the first k whole.
struct TopItems {
  std::vector<int32_t> certain;  ///< places in the slate
  std::vector<int32_t> tied;     ///< places in the slate; empty where nothing is tied at the k-th place
  int places = 0;                ///< how many of `tied` are among the first k, fewer than there are

  double tied_probability() const {
    return tied.empty() ? 0 : static_cast<double>(places) / static_cast<double>(tied.size());
  }
  int size() const { return static_cast<int>(certain.size()) + places; }
};

/// Scores as in ranking_metrics.h. REQUIRES k >= 1.
TopItems top_items(std::span<const double> scores, int k);

/// Mean of a value over the first k, ties by expectation; `value` is given places in the slate. REQUIRES a
/// list that is not empty.
double mean_over_top(const TopItems& top, const std::function<double(int32_t)>& value);

/// Mean distance between two of the first k (intra-list distance, Ziegler et al. 2005), ties by expectation:
/// exact where at most 64 candidates are tied, else over 64 of them drawn by `random`. 0 for a list of one.
double mean_distance_in_top(const TopItems& top, const std::function<double(int32_t, int32_t)>& distance,
                            base::RandomStream random);

}  // namespace r2rank::metrics
