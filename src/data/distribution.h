#pragma once

#include <cstdint>
#include <vector>

namespace r2rank::data {

/// How whole numbers of 0 or more are spread: events of a user, of an item.
struct Distribution {
  struct Bin {
    int64_t low = 0, high = 0, count = 0;  ///< values from low to high
  };

  int64_t values = 0, sum = 0;
  int64_t min = 0, q25 = 0, median = 0, q75 = 0, q90 = 0, q99 = 0, max = 0;  ///< smallest value that at least
                                                                             ///< this share does not exceed
  double mean = 0;
  double gini = 0;        ///< 0: all equal, towards 1: one has everything
  std::vector<Bin> bins;  ///< 0, 1, 2, 3-4, 5-8, 9-16, ... up to the largest value; none without values
};

/// All zero without values.
Distribution describe_values(std::vector<int64_t> values);

/// The share of the sum that the largest `share` of the values hold (rounded up to whole values, at least
/// one); 0 where the sum is 0.
double head_share(std::vector<int64_t> values, double share);

}  // namespace r2rank::data
