#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset.h"
#include "data/slates.h"

namespace r2rank::baselines {

/// What the user did before the slate's target, oldest first: the query of every baseline.
std::span<const data::Interaction> history_of(const data::Dataset& dataset, const data::Slate& slate);
/// The items of the last `count` events of the history, oldest first, repeated ones as often as they stand
/// there.
std::vector<int32_t> recent_items(const data::Dataset& dataset, const data::Slate& slate, int64_t count);
/// The different items among the events, by index.
std::vector<int32_t> distinct_items(std::span<const data::Interaction> events);

}  // namespace r2rank::baselines
