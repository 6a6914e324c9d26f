#pragma once

#include <cstdint>
#include <vector>

#include "data/dataset.h"
#include "data/training_slates.h"

namespace r2rank::distill {

/// A user and an item at one place of the user's history.
struct AskedPair {
  size_t slate = 0;  ///< index into AskedPairs::slates
  int32_t item = 0;
  bool label = false;  ///< whether it is the slate's target
};

/// What is asked about: training slates, and of each its target and some negatives.
struct AskedPairs {
  std::vector<data::Slate> slates;
  std::vector<AskedPair> pairs;  ///< grouped by slate, the target first
  int64_t next_slate = 0;        ///< number of the first training slate after those drawn

  const data::Slate& slate_of(const AskedPair& pair) const { return slates[pair.slate]; }
};

/// Draws training slates, from number `first` on, until `count` pairs are together: of each the target and
/// its first `asked_negatives` negatives. A target is asked about once; where there are no more, fewer pairs
/// come.
AskedPairs draw_pairs(const data::TrainingSlates& slates, int64_t count, int64_t asked_negatives,
                      int64_t first = 0);

}  // namespace r2rank::distill
