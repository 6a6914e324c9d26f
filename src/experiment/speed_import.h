#pragma once

#include "experiment/speed.h"

namespace r2rank::experiment {

/// Reads a CSV log of a million made-up interactions and its catalogue, as `import` does. The files lie in
/// the system's temporary folder meanwhile. Errors: kIo.
SpeedResult time_import(int64_t repeats, int64_t interactions = 1'000'000);

}  // namespace r2rank::experiment
