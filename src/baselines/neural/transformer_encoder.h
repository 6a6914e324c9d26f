#pragma once

#include <memory>

#include "baselines/neural/sequence_encoder.h"
#include "baselines/neural/transformer_blocks.h"

namespace r2rank::baselines {

/// The encoder of SASRec (Kang & McAuley 2018) as RecBole 1.2.1 builds it, for `items` items and sequences of
/// at most `positions` items: scores by the input table.
std::unique_ptr<SequenceEncoder> make_sasrec_encoder(FlatParameters& parameters, int64_t items,
                                                     int64_t positions, const TransformerShape& shape);

/// The encoder of BERT4Rec (Sun et al. 2019) as RecBole 1.2.1 builds it: every place sees all others, a mask
/// row after the items', a head before the scores, and biases.
std::unique_ptr<SequenceEncoder> make_bert4rec_encoder(FlatParameters& parameters, int64_t items,
                                                       int64_t positions, TransformerShape shape);

}  // namespace r2rank::baselines
