#pragma once

#include "experiment/comparison_plan.h"

namespace r2rank::experiment {

/// Everything about a plan that can be known without looking at a file. Errors: kUsage for no data sets or
/// rows, two of one name, names that no folder can have, rows and data sets that are not there, unknown
/// metrics and what cannot be measured over a full catalogue (combinations, language models, metrics that are
/// not stored), and a reference that is not measured wherever other rows are.
void check_plan(const ComparisonPlan& plan);

/// Looks for every file that a plan needs before hours go into the rows before it: logs, candidate files,
/// models. Errors: kUsage, kIo naming data set or row.
void check_inputs(const ComparisonPlan& plan);

}  // namespace r2rank::experiment
