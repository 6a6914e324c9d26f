#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "experiment/result_table.h"

namespace r2rank::experiment {

/// A line a scorer and metric, then a line a pair and metric ("scorer" minus "minus"), RFC 4180, full
/// precision; an empty field where nothing was measured.
std::string render_csv(const ResultTable& table);
/// One JSON object, full precision; null where nothing was measured.
std::string render_json(const ResultTable& table);
nlohmann::ordered_json table_json(const ResultTable& table);

}  // namespace r2rank::experiment
