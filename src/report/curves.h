#pragma once

#include <string>

#include "report/json_file.h"

namespace r2rank::report {

/// A run longer than this is shown as means over equal stretches of steps.
inline constexpr int64_t kMostPoints = 1500;

/// What a run logged, column by column: {"name", "kind": "run", "steps", "stretch" (steps a point stands
/// for), "columns": ["step", "clock" (seconds), ...], "values": [[a number or null a point], ...], "before"}.
/// The clock goes on from those of the runs that it goes on from, which took "before" seconds, as far as
/// their folders are still where its config.toml says. A half-written last line is left out. Errors: kIo;
/// kData naming the line.
Json run_curves(const base::Path& folder);

/// The same of the epochs of a baseline's chosen trial: "kind": "baseline", columns "epoch", "clock", "loss",
/// "valid_ndcg@10". null where its report has no epochs. `report` is that of row.json or baseline.json, in
/// the file `source`. Errors: kData.
Json epoch_curves(const std::string& name, const Json& report, const base::Path& source);

}  // namespace r2rank::report
