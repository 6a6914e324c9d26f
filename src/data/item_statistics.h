#pragma once

#include <cstdint>
#include <vector>

#include "data/dataset.h"
#include "data/split.h"

namespace r2rank::data {

/// Statistics of items over training interactions only (leakage-free by construction).
struct ItemStatistics {
  std::vector<int32_t> count;      ///< [items] training interactions of the item
  std::vector<int32_t> rated;      ///< [items] those of them with a rating: the ones mean_rating is over
  std::vector<float> mean_rating;  ///< [items] NaN where unrated
};
ItemStatistics item_statistics(const Dataset& dataset, const Split& split);

}  // namespace r2rank::data
