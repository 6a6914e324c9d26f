#pragma once

#include <cstdint>

#include "baselines/scorer.h"
#include "data/retriever.h"

namespace r2rank::baselines {

/// Retrieval by a scorer: of the catalogue's `items` those with the highest scores (score_catalogue()). Equal
/// scores are ordered at random, keyed by seed, slate and item; NaN comes last. A progress bar counts the
/// queries. `scorer` must outlive it. Errors: kInterrupted on Ctrl-C, whatever the scorer throws.
data::Retriever make_retriever(Scorer& scorer, int64_t items, uint64_t seed);

}  // namespace r2rank::baselines
