#pragma once

#include <memory>

#include "baselines/neural/flat_parameters.h"
#include "baselines/neural/sequence_encoder.h"

namespace r2rank::baselines {

/// The encoder of GRU4Rec (Hidasi et al. 2016; Tan et al. 2016) as RecBole 1.2.1 builds it: dropout on the
/// item rows, one recurrent layer without biases, a linear map back to the width of the item table.
struct GruShape {
  int64_t width = 64;    ///< D
  int64_t hidden = 128;  ///< of the recurrent layer
  double dropout = 0.3;
};

std::unique_ptr<SequenceEncoder> make_gru(FlatParameters& parameters, int64_t items, const GruShape& shape);

}  // namespace r2rank::baselines
