#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "data/slates.h"

namespace r2rank::data {

struct Split;

/// For each query (a slate's user and history) the `count[i]` best items that are not in `excluded[i]`
/// (ascending), best first; fewer where the catalogue has no more. How they are found is the caller's affair:
/// this layer knows no scorers.
using Retriever = std::function<std::vector<std::vector<int32_t>>(
    std::span<const Slate> queries, std::span<const std::vector<int32_t>> excluded,
    std::span<const int64_t> counts)>;

/// Makes a retriever that has learned from `training` alone: Split::training_end, and validation slates with
/// uniform negatives for those who stop by them; its test set is empty. `training` outlives the retriever.
using RetrieverMaker = std::function<Retriever(const Split& training)>;

}  // namespace r2rank::data
