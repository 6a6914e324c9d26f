#pragma once

#include <string>

#include "experiment/result_table.h"

namespace r2rank::experiment {

/// A tabular for the booktabs package; the best mean of a column is bold.
std::string render_latex(const ResultTable& table);

}  // namespace r2rank::experiment
