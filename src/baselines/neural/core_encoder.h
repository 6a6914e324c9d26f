#pragma once

#include <memory>

#include "baselines/neural/sequence_encoder.h"
#include "baselines/neural/transformer_blocks.h"

namespace r2rank::baselines {

/// The encoder of CORE (Hou et al. 2022) as RecBole 1.2.1 builds it: a state is a weighted mean of the
/// history's own item vectors, so that it lies among them; transformer blocks give the weights; scores are
/// cosines over a temperature, with dropout on the items' side too.
struct CoreShape {
  TransformerShape blocks;
  bool even_weights = false;  ///< the plain mean instead of the blocks ("CORE-ave")
  double history_dropout = 0.2, item_dropout = 0.2;
  double temperature = 0.07;
};

std::unique_ptr<SequenceEncoder> make_core_encoder(FlatParameters& parameters, int64_t items,
                                                   int64_t positions, const CoreShape& shape);

}  // namespace r2rank::baselines
