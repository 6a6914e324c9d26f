#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "data/dataset.h"
#include "data/split.h"

namespace r2rank::experiment {

/// How different two items are, in [0, 1].

/// 1 - |A and B| / |A or B| of the items' categories (Jaccard); 1 where an item has none.
class CategoryDistance {
 public:
  explicit CategoryDistance(const data::Dataset& dataset);
  double operator()(int32_t a, int32_t b) const;
  bool has_category(int32_t item) const { return !categories_[static_cast<size_t>(item)].empty(); }

 private:
  std::vector<std::vector<int32_t>> categories_;  // [items] sorted
};

/// 1 - |users of both| / sqrt(|users of a| |users of b|) over training events (cosine); 1 where an item has
/// no user.
class CooccurrenceDistance {
 public:
  CooccurrenceDistance(const data::Dataset& dataset, const data::Split& split);
  double operator()(int32_t a, int32_t b);

 private:
  std::vector<std::vector<int32_t>> users_;    // [items] sorted
  std::unordered_map<uint64_t, float> known_;  // by the pair
};

}  // namespace r2rank::experiment
