#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "experiment/beyond_accuracy.h"
#include "experiment/table_render.h"

namespace r2rank::experiment {

/// In one of the formats, ending in a line break: a row a scorer, columns as docs/metrics.md names them. CSV
/// and JSON have full precision and the intervals, JSON the reliability bins too.
std::string render(const BeyondTable& table, TableFormat format);
nlohmann::ordered_json beyond_json(const BeyondTable& table);

}  // namespace r2rank::experiment
