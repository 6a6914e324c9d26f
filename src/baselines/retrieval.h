#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "baselines/scorer.h"
#include "data/retriever.h"

namespace r2rank::baselines {

/// Retrieval by a scorer: of the catalogue's `items` those with the highest scores (score_catalogue()). Equal
/// scores are ordered at random, keyed by seed, slate and item; NaN comes last. A progress bar counts the
/// queries. `scorer` must outlive it. Errors: kInterrupted on Ctrl-C, whatever the scorer throws.
data::Retriever make_retriever(Scorer& scorer, int64_t items, uint64_t seed);

/// What each user may choose next: slates without a target. The history is all that they did, the candidates
/// are the `count` best items that they do not know, best first, none of them labelled as relevant. Errors:
/// those of the retriever.
std::vector<data::Slate> retrieved_slates(const data::Retriever& retriever, const data::Dataset& dataset,
                                          std::span<const int32_t> users, int64_t count);

}  // namespace r2rank::baselines
