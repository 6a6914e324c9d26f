#pragma once

#include <string>

#include "model/profile.h"

namespace r2rank::cli {

/// Stops the profile and shows its operations as a table: calls, self time and its share of the wall clock,
/// GFLOP/s of products. Operations below half a percent are one line.
std::string profile_text(model::Profile& profile);

}  // namespace r2rank::cli
