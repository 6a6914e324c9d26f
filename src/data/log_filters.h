#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace r2rank::data {

/// Each filter keeps the order of the rest and returns how many events it dropped.

/// Drops events rated below `lowest`; unrated ones stay.
int64_t drop_low_ratings(std::vector<Interaction>& events, double lowest);
/// Drops events outside [from, to).
int64_t drop_outside(std::vector<Interaction>& events, int64_t from, int64_t to);
/// Of several events of the same user and item keeps the first or the last in time ("keep-first",
/// "keep-last", "keep-all"). REQUIRES: events sorted by user, then time.
int64_t drop_duplicates(std::vector<Interaction>& events, const std::string& policy);

/// Events whose time equals that of the same user's event before. REQUIRES: sorted events.
int64_t count_equal_times(const std::vector<Interaction>& events);

}  // namespace r2rank::data
