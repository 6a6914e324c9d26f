#pragma once

// Test support: a retriever that knows nothing.

#include <algorithm>
#include <cstdint>
#include <vector>

#include "data/retriever.h"

namespace r2rank::data::testing {

/// Finds those of the first `items` of the catalogue best that are allowed, in the order of their index.
inline Retriever first_items(int32_t items) {
  return [items](auto queries, auto excluded, auto counts) {
    std::vector<std::vector<int32_t>> best(queries.size());
    for (size_t i = 0; i < queries.size(); ++i)
      for (int32_t item = 0; item < items && static_cast<int64_t>(best[i].size()) < counts[i]; ++item)
        if (!std::binary_search(excluded[i].begin(), excluded[i].end(), item)) best[i].push_back(item);
    return best;
  };
}

}  // namespace r2rank::data::testing
