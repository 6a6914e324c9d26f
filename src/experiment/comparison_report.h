#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "experiment/comparison.h"
#include "experiment/table_render.h"

namespace r2rank::experiment {

/// The tables of a comparison one below the other. Markdown begins with `made_by` (the command) and ends with
/// what the figures rest on: what the clock cut, what failed, what `data check` found, and a line a row with
/// time, cost, trials and settings. Text shows the main metric alone, then what failed.
std::string render(const ComparisonResult& result, const std::string& made_by, TableFormat format);

/// baselines.json (docs/formats.md): command, data sets with their findings, tables, and each row with seed,
/// budget, trials (without their epochs: these are in the row's folder), notes, failure.
nlohmann::ordered_json report_json(const ComparisonResult& result, const std::string& made_by);

}  // namespace r2rank::experiment
