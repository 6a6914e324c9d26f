#pragma once

#include <string>

#include "experiment/result_table.h"

namespace r2rank::experiment {

/// A line a scorer and metric, RFC 4180, full precision; an empty field where nothing was measured.
std::string render_csv(const ResultTable& table);
/// One JSON object, full precision; null where nothing was measured.
std::string render_json(const ResultTable& table);

}  // namespace r2rank::experiment
