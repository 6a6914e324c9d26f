#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace r2rank::baselines {

/// What a model wrote when it was asked for an order of K candidates, read as an order.
struct WrittenOrder {
  std::vector<int32_t> order;  ///< [K] places in the list that was shown, best first; a permutation always
  int64_t named = 0;     ///< different candidates that the text names; the others follow in the order shown
  int64_t repeated = 0;  ///< mentions of a candidate that had been named before; dropped
  int64_t unknown = 0;   ///< labels that the list did not have; dropped
  /// Each candidate once and nothing else: what was asked for.
  bool whole() const { return named == static_cast<int64_t>(order.size()) && repeated == 0 && unknown == 0; }
};

/// Reads `text`, which may be anything. `labels` are those of make_labels; `titles` what stood beside them.
/// Understood: "[3] > [1]", "3 > 1 > 2", "3, 1, 2", a label a line, "1. [3] Title" and "1. 3" (lines counted
/// from 1 on are no labels), titles in the order wanted. Of several readings the one that names most
/// candidates counts. What stands before a "</think>" is left out. Only the first 64 KiB are read.
WrittenOrder read_order(std::string_view text, const std::vector<std::string>& labels,
                        const std::vector<std::string>& titles);

}  // namespace r2rank::baselines
