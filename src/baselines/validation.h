#pragma once

#include <span>
#include <string>

#include "baselines/scorer.h"

namespace r2rank::baselines {

/// Mean NDCG@10 over the users of the slates (a user's value is the mean over their slates, as in every
/// table), ties by expectation: what early stopping and tuning go by. Errors:
/// kInterrupted of `where` on Ctrl-C; whatever the scorer throws. REQUIRES at least one slate.
double validation_ndcg(Scorer& scorer, std::span<const data::Slate> slates, const std::string& where);

/// The first `most` slates, all for 0. Errors: kUsage of `where` when there is none, or
/// when they list relevant items alone (a split of the full catalogue by an older version).
std::span<const data::Slate> validation_slates(const data::SlateSet& valid, int64_t most,
                                               const std::string& where);

}  // namespace r2rank::baselines
