#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "experiment/comparison_plan.h"
#include "experiment/comparison_table.h"

namespace r2rank::experiment {

/// One row on one data set, measured.
struct MeasuredRow {
  std::string dataset, row, method;
  bool reused = false;          ///< found finished in the folder
  double training_seconds = 0;  ///< trials, early stopping and learning included
  double scoring_seconds = 0;   ///< validation and test slates
  int64_t slates = 0;           ///< test slates scored
  int64_t trials = 0;
  double valid_ndcg = 0;              ///< of the chosen trial; 0 for combinations without one
  baselines::SettingValues settings;  ///< as chosen
  std::string result;                 ///< the file of its test results
};

struct ComparisonResult {
  std::vector<MeasuredRow> rows;
  std::vector<ComparisonTable>
      tables;  ///< one over all slates; one for each smaller number of slates that rows have
};

/// Makes every data set, split and row of a plan that `folder` does not hold already, and the tables over all
/// of them. A row is kept under a key of its method, settings, seed, budget, data and slates, and made anew
/// when that changes, so an interrupted comparison goes on where it was. Layout: docs/formats.md. Errors:
/// whatever a step throws, after its row or data set has been named; kInterrupted on Ctrl-C.
ComparisonResult run_comparison(const ComparisonPlan& plan, const base::Path& folder);

/// What run_comparison would do: a line a row, with whether it is there already and its budget.
std::string describe_comparison(const ComparisonPlan& plan, const base::Path& folder);

}  // namespace r2rank::experiment
