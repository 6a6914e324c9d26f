#pragma once

#include "metrics/per_user.h"

namespace r2rank::metrics {

/// Whether two results hold the same scores, NaN equal to NaN, in the same order. False for parts of results
/// that hold none.
bool same_scores(const PerUserResults& a, const PerUserResults& b);

}  // namespace r2rank::metrics
