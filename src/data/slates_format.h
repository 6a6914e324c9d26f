#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "data/json_fields.h"
#include "data/slates.h"

namespace r2rank::data {

inline constexpr int64_t kSlatesVersion = 3;
/// Labels above 0. NDCG's gain of a label is 2^label - 1: beyond 1023 it overflows, below 1e-17 it is lost in
/// rounding.
inline constexpr double kSmallestLabel = 1e-3, kLargestLabel = 64;

/// The lines of a slates file after its header.
std::string slate_lines(const SlateSet& set, const Dataset& dataset);
/// The hash of a set whose lines are `lines`: over part, protocol, dataset hash and lines.
std::string slates_hash(const SlateSet& set, std::string_view lines);
/// Fixes dataset_hash, hash and (for negatives from a file) protocol.file_hash of a set whose slates are
/// complete.
void seal(SlateSet& set, const Dataset& dataset);
/// The whole file. REQUIRES: sealed.
std::string slates_text(const SlateSet& set, const Dataset& dataset);
/// The inverse, everything checked. Errors: kData naming `source`.
SlateSet parse_slates(std::string_view text, const std::string& source, const Dataset& dataset);

}  // namespace r2rank::data
