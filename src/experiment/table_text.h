#pragma once

#include <string>

#include "experiment/result_table.h"

namespace r2rank::experiment {

/// Aligned columns for a terminal: a scorer's means, below them the intervals; then the paired differences.
/// The seven default metrics fit into 120 columns.
std::string render_text(const ResultTable& table);

}  // namespace r2rank::experiment
