#pragma once

#include <memory>

#include "baselines/neural/flat_parameters.h"
#include "baselines/neural/sequence_encoder.h"

namespace r2rank::baselines {

/// The encoder of Caser (Tang & Wang 2018) as RecBole 1.2.1 builds it: convolutions over the image of the
/// last `length` item rows, those of no item filled with row 0, beside a vector for the user.
struct CaserShape {
  int64_t width = 64;      ///< D
  int64_t length = 10;     ///< L
  int64_t vertical = 4;    ///< filters over all places of one dimension
  int64_t horizontal = 8;  ///< filters of each height from 1 to L, the highest response of each kept
  double dropout = 0.4;
  double regularisation = 1e-4;  ///< weight of the parameters' norms
};

/// A filter's product with an item row is the same wherever the row stands: it is taken once for each row of
/// a packed sequence, and images that overlap share it.
std::unique_ptr<SequenceEncoder> make_caser(FlatParameters& parameters, int64_t items, int64_t users,
                                            const CaserShape& shape);

}  // namespace r2rank::baselines
