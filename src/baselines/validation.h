#pragma once

#include <span>
#include <string>

#include "baselines/scorer.h"

namespace r2rank::baselines {

/// Mean NDCG@10 over the slates, ties by expectation: what early stopping and tuning go by. Errors:
/// kInterrupted of `where` on Ctrl-C; whatever the scorer throws. REQUIRES at least one slate.
double validation_ndcg(Scorer& scorer, std::span<const data::Slate> slates, const std::string& where);

/// The first `most` slates, all for 0. Errors: kUsage of `where` when there is none.
std::span<const data::Slate> validation_slates(const data::SlateSet& valid, int64_t most,
                                               const std::string& where);

}  // namespace r2rank::baselines
