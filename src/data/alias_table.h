#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"

namespace r2rank::data {

/// Draws from a discrete distribution in constant time (Walker's alias method in Vose's form, 1991).
class AliasTable {
 public:
  AliasTable() = default;
  /// REQUIRES: weights of 0 or more, not all 0, fewer than 2^31.
  explicit AliasTable(std::span<const double> weights);
  /// A place in `weights`, with probability in proportion to its weight.
  int32_t draw(base::RandomStream& stream) const;

 private:
  std::vector<double> keep_;      // probability that a drawn place is kept
  std::vector<int32_t> instead_;  // else this one
};

}  // namespace r2rank::data
