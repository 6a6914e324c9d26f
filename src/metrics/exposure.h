#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "metrics/top_items.h"

namespace r2rank::metrics {

/// How often each item of a catalogue is among the first k of slates; a tied candidate counts with its
/// probability, ties of different slates being independent.
class Exposure {
 public:
  explicit Exposure(int64_t items);
  /// `candidates` [K]: the slate's items; `top` of its scores. REQUIRES items below the catalogue's size,
  /// each at most once a slate.
  void add(std::span<const int32_t> candidates, const TopItems& top);

  /// Expected number of distinct items among the first k of any slate.
  double covered() const;
  /// Distinct items that were candidates of any slate.
  int64_t offered() const;
  /// Gini index of the expected counts of all items of the catalogue: 0 when all are recommended equally
  /// often, near 1 when few take everything. 0 before the first slate.
  double gini() const;

 private:
  std::vector<double> expected_;  // [items] times among the first k
  std::vector<double> missed_;    // [items] probability that no slate had it there
  std::vector<bool> offered_;     // [items]
};

}  // namespace r2rank::metrics
