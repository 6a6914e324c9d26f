#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace r2rank::data {

/// What one slate predicts: the events position .. position + count - 1 of the user.
struct Target {
  int32_t user = 0, position = 0, count = 1;
};

/// Where validation and testing begin, as shares in (0, 1) with valid_from < test_from.
struct Shares {
  double valid_from = 0.8, test_from = 0.9;
  std::string of = "interactions";  ///< temporal: of all "interactions", or of the "targets" (events with
                                    ///< enough earlier ones of their user)
};

/// What a split holds out, before candidates are drawn.
struct HeldOut {
  std::vector<int32_t> training_end;  ///< [users]
  std::vector<Target> valid, test;    ///< by user, then position
  int64_t skipped_users = 0;          ///< leave-one-out, ratio: users with too few events, all trained on
  int64_t skipped_targets = 0;        ///< temporal, ratio: held-out events with too short a history
};

/// Each user's last event is tested and the one before validated, for users with at least min_history + 2
/// events.
HeldOut leave_one_out(const Dataset& dataset, int64_t min_history);

/// Events from the time at share `valid_from` are validated, from the time at `test_from` tested. Events of
/// equal time fall on the same side. REQUIRES: real times.
HeldOut temporal(const Dataset& dataset, int64_t min_history, const Shares& shares);

/// The last 1 - test_from of each user's events are tested, the test_from - valid_from before them validated,
/// both rounded down but at least one; for users with at least min_history + 2 events, the others are trained
/// on.
HeldOut ratio(const Dataset& dataset, int64_t min_history, const Shares& shares);

/// Puts neighbouring targets of a user into one: a slate then has several relevant items.
void join_targets(std::vector<Target>& targets);

/// Keeps the targets of `count` users (0: all) drawn at random; whether a user is drawn before another
/// depends on these two alone. `part` tells validation and test apart.
void keep_users(const Dataset& dataset, std::vector<Target>& targets, int64_t count, uint64_t seed,
                uint64_t part);

}  // namespace r2rank::data
