#pragma once

#include <span>
#include <vector>

#include "rollout/reasoning.h"

namespace r2rank::rollout {

/// Scores every candidate silently and lets `reasoning` have the `most` best of each slate only (equal
/// scores: first in canonical order). Of a reasoner the rationales are those that reason() draws for the same
/// candidates. In the results a candidate that was not reasoned about has no rationales and no scores;
/// mean_scores() ranks these below the others.
std::vector<SlateRollout> reason_about_best(const Reasoner& reasoner,
                                            std::span<const PreparedSlate* const> slates, int64_t most,
                                            const Reasoning& reasoning);

/// A slate with some of another's candidates: `chosen` are ascending canonical indices, and `order` of the
/// result holds places in the whole slate's canonical order.
PreparedSlate part_of(const PreparedSlate& slate, const std::vector<int64_t>& chosen);

}  // namespace r2rank::rollout
