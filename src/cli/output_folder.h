#pragma once

#include <string_view>

#include "base/files.h"
#include "cli/flags.h"

namespace r2rank::cli {

/// Refuses at once, before hours of work, an output that could not be written at the end: it exists and
/// --overwrite is not given, or it is no folder that this verb made (recognised by `marker`, a file in it),
/// or its place is not writable. Errors: kUsage, kIo.
void check_output(const OutputFolder& folder, std::string_view marker);

/// The same for a folder whose content is the caller's business: it is, or can become, a folder that can be
/// written in. Creates nothing. Errors: kUsage, kIo.
void check_place(const base::Path& folder);

}  // namespace r2rank::cli
