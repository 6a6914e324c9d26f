#pragma once

#include <string>

#include "experiment/result_table.h"

namespace r2rank::experiment {

/// Two Markdown tables, means with intervals and paired differences; the best mean of a column is bold.
std::string render_markdown(const ResultTable& table);

}  // namespace r2rank::experiment
