#pragma once

#include <string>

#include "experiment/scorer_runs.h"

namespace r2rank::report {

/// The values of two scorers on the slates that both have, users in one order.
struct SharedValues {
  experiment::RunValues a, b;  ///< [runs][users]
  int64_t users = 0, slates = 0;
};

/// One metric of two scorers on the shared slates of one set, of which either may have a part alone. A
/// scorer's runs have the same slates. Errors: kUsage where they share none; kData where a slate is another
/// user's, or as experiment::user_means().
SharedValues shared_values(const experiment::ScorerRuns& a, const experiment::ScorerRuns& b,
                           const std::string& metric);

/// The mean over users and runs.
double mean_of(const experiment::RunValues& values);

}  // namespace r2rank::report
