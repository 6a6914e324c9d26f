#pragma once

#include <cstdint>
#include <vector>

#include "data/dataset.h"

namespace r2rank::data {

struct CoreCounts {
  int64_t interactions = 0, users = 0,
          items = 0;   ///< dropped; users and items count only those that had interactions
  int64_t rounds = 0;  ///< passes until nothing more fell out
};

/// Removes events of users with fewer than `user_core` and of items with fewer than `item_core` events, again
/// and again until both bounds hold (the k-core of the bipartite graph). The order of the rest is kept; 0
/// sets no bound.
CoreCounts keep_core(std::vector<Interaction>& events, int64_t users, int64_t items, int64_t user_core,
                     int64_t item_core);

}  // namespace r2rank::data
