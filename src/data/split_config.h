#pragma once

#include "data/split.h"

namespace r2rank::data {

/// What can be refused before anything is done. Errors: kUsage.
void check_config(const Dataset& dataset, const SplitConfig& config);
/// The protocol that the settings ask for; a candidate file still fills in what it holds.
Protocol protocol_of(const SplitConfig& config);

}  // namespace r2rank::data
