#pragma once

#include <string>

#include "base/files.h"
#include "experiment/comparison_plan.h"

namespace r2rank::experiment {

/// What run_comparison() would do: a line a row, with whether it is there already, how long it may train, and
/// what scoring asks of its language model (which is opened for that), and a sum. Of a data set that is not
/// made yet nothing can be found finished. `ranks` as for run_comparison(). Errors: as check_plan,
/// check_inputs and RankFile; whatever opening a model throws.
std::string describe_comparison(const ComparisonPlan& plan, const base::Path& folder,
                                const base::Path& ranks = {});

}  // namespace r2rank::experiment
