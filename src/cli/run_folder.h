#pragma once

#include "base/files.h"

namespace r2rank::cli {

/// Whether `train` made this folder, or was killed before it had made more than the beginnings of one. A
/// folder with a log or a config.toml of somebody else's is not.
bool is_run_folder(const base::Path& folder);

/// Empties a run folder but for its config.toml, by which it stays known as one if this is interrupted.
void clear_run_folder(const base::Path& folder);

}  // namespace r2rank::cli
