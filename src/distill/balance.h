#pragma once

#include <cstdint>
#include <vector>

namespace r2rank::distill {

/// Which of these labels stay so that there are `min_no` to `max_no` with no for each with yes: as many as
/// possible, those with the least keys. Nothing stays where one of the labels is not there at all and is
/// needed.
std::vector<bool> balanced(const std::vector<bool>& labels, const std::vector<uint64_t>& keys, double min_no,
                           double max_no);

}  // namespace r2rank::distill
