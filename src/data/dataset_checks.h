#pragma once

#include <string>

#include "data/dataset.h"

namespace r2rank::data {

/// Builds user_offsets from interactions sorted by user. REQUIRES: users in [0, users()), non-decreasing.
void set_offsets(Dataset& dataset);

/// Checks a dataset without offsets and then sets them: what a loader calls on untrusted contents. Errors:
/// kData.
void finish_dataset(Dataset& dataset, const std::string& source);

/// Checks everything the rest of the program relies on: sorted, in range, ids unique and not empty, values
/// legal. Errors: kData naming `source`.
void check_dataset(const Dataset& dataset, const std::string& source);

}  // namespace r2rank::data
