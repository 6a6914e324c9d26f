#pragma once

#include "data/import_layout.h"

namespace r2rank::data {

/// Sets the columns that `config` names in a layout whose files are found. Errors: kUsage for a name that
/// cannot act there: the layout reads another one, or has no catalogue; and for one column of the log named
/// twice.
void set_names(const ImportConfig& config, ImportLayout& layout);

}  // namespace r2rank::data
