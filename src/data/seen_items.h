#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/slates.h"

namespace r2rank::data {

/// The items that `exclude` (Protocol::exclude) keeps out of a slate's candidates, but for those that
/// Slate::candidates names as relevant; ascending and distinct.
std::vector<int32_t> excluded_items(const Dataset& dataset, const Slate& slate, const std::string& exclude);

/// Which of known, history, none describes these candidates: whether one that is not relevant stands in the
/// user's history, only among their later events, or nowhere.
std::string observed_exclusion(const Dataset& dataset, const Slate& slate);

}  // namespace r2rank::data
