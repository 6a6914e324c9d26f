#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "metrics/tied_blocks.h"

namespace r2rank::metrics {

/// The ranking of a whole catalogue by `scores` [items] as blocks, counted without sorting it: one for each
/// different score of a relevant item, and between them one (with no relevant item and no gain) for whatever
/// lies there, equal scores or not. Every item is ranked but the `excluded` ones; the items `relevant` have
/// the labels `relevance`, all others 0. NaN scores come last, as one tie. REQUIRES: distinct relevant items,
/// distinct excluded ones, none of them in both.
std::vector<TiedBlock> catalogue_blocks(std::span<const float> scores, std::span<const int32_t> relevant,
                                        std::span<const float> relevance, std::span<const int32_t> excluded);

}  // namespace r2rank::metrics
