#pragma once

#include "data/held_out.h"
#include "data/split.h"

namespace r2rank::data {

/// Makes the slates of a candidate file the test set, withholds their users' last two events from training
/// and takes those users out of validation. Errors: kData, naming file and line.
SlateSet listed_set(const Dataset& dataset, const SplitConfig& config, Split& split, HeldOut& held);

}  // namespace r2rank::data
