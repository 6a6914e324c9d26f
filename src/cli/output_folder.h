#pragma once

#include <string_view>

#include "cli/flags.h"

namespace r2rank::cli {

/// Refuses at once, before hours of work, an output that could not be written at the end: it exists and
/// --overwrite is not given, or it is no folder that this verb made (recognised by `marker`, a file in it),
/// or its place is not writable. Errors: kUsage, kIo.
void check_output(const OutputFolder& folder, std::string_view marker);

}  // namespace r2rank::cli
