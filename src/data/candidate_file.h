#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"

namespace r2rank::data {

/// One line {user_id, positive, candidates} of a candidate file (docs/formats.md), in indices of the dataset.
struct CandidateLine {
  int64_t line = 0;
  int32_t user = 0, positive = 0;
  std::vector<int32_t> candidates;  ///< [K] in the file's order; holds the positive once
};

/// Errors: kData naming `source` and line: malformed, ids unknown to the dataset, a user twice, a candidate
/// twice, no positive among the candidates, lines with different numbers of candidates, no lines at all.
std::vector<CandidateLine> parse_candidate_file(std::string_view text, const std::string& source,
                                                const Dataset& dataset);

}  // namespace r2rank::data
