#pragma once

#include <cstdint>
#include <vector>

#include "data/dataset.h"
#include "data/split.h"

namespace r2rank::data {

/// One event to be predicted: event `position` of the user.
struct Target {
  int32_t user = 0, position = 0;
};

/// What a split holds out, before candidates are drawn.
struct HeldOut {
  std::vector<int32_t> training_end;  ///< [users]
  std::vector<Target> valid, test;    ///< by user, then position
  int64_t skipped_users = 0;          ///< leave-one-out: users with too few events, all of them trained on
  int64_t skipped_targets = 0;        ///< temporal: held-out events with too short a history
};

/// Each user's last event is tested and the one before validated, for users with at least min_history + 2
/// events.
HeldOut leave_one_out(const Dataset& dataset, int64_t min_history);

/// Events from the time at share `valid_from` of all interactions are validated, from the time at `test_from`
/// tested. Events of equal time fall on the same side. REQUIRES: real times, 0 < valid_from < test_from < 1.
HeldOut temporal(const Dataset& dataset, int64_t min_history, double valid_from, double test_from);

/// Keeps the targets of `count` users (0: all) drawn at random; whether a user is drawn before another
/// depends on these two alone. `part` tells validation and test apart.
void keep_users(const Dataset& dataset, std::vector<Target>& targets, int64_t count, uint64_t seed,
                uint64_t part);

}  // namespace r2rank::data
