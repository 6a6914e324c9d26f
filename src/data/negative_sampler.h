#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "data/dataset.h"

namespace r2rank::data {

/// Draws items a user does not know. Values only: copies are independent, draws are thread-safe.
class NegativeSampler {
 public:
  /// `weighting` is "uniform" (every item with an interaction in the dataset alike), "popularity" (in
  /// proportion to the item's events before training_end[user]: never one that training has not seen) or
  /// "smoothed-popularity" (in proportion to these events plus one, of the items of "uniform").
  NegativeSampler(const Dataset& dataset, std::span<const int32_t> training_end,
                  const std::string& weighting);

  /// `count` distinct items that are not in `excluded` (sorted, distinct), one after another without
  /// replacement. REQUIRES: available(excluded) >= count; callers know what would help where it is not.
  std::vector<int32_t> draw(base::RandomStream& stream, std::span<const int32_t> excluded,
                            int64_t count) const;

  int64_t distinct_items() const { return static_cast<int64_t>(items_.size()); }
  /// How many items can be drawn for someone who knows `excluded`.
  int64_t available(std::span<const int32_t> excluded) const;

 private:
  int32_t draw_exactly(base::RandomStream& stream, std::span<const int32_t> excluded,
                       const std::vector<int32_t>& drawn) const;

  std::vector<int32_t>
      pool_;  // items as often as their weight says: a uniform draw of a place is a weighted draw
  std::vector<int32_t> items_;    // the distinct items of pool_, ascending
  std::vector<int64_t> weights_;  // of items_
};

/// The items of all events of a user / of the first `end` of them, ascending and distinct.
std::vector<int32_t> known_items(const Dataset& dataset, int32_t user);
std::vector<int32_t> known_items(const Dataset& dataset, int32_t user, int32_t end);

}  // namespace r2rank::data
