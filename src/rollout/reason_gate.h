#pragma once

#include <span>
#include <vector>

#include "rollout/reasoning.h"

namespace r2rank::rollout {

/// How little silent scores decide: the entropy of the softmax over them divided by log K, from 0 (one
/// candidate has everything) to 1 (all are alike). 0 for a single candidate; 1 where a score is no finite
/// number.
double doubt_of(std::span<const double> silent);

/// Scores every slate silently and lets `reasoning` have those whose silent scores leave `least_doubt` or
/// more. The others have silent scores alone. Prompt tokens of slates that are reasoned about count both
/// readings.
std::vector<SlateRollout> reason_where_doubtful(const Reasoner& reasoner,
                                                std::span<const PreparedSlate* const> slates,
                                                double least_doubt, const Reasoning& reasoning);

}  // namespace r2rank::rollout
