#pragma once

#include <string>
#include <vector>

#include "base/files.h"
#include "data/split_check.h"
#include "experiment/comparison_plan.h"
#include "experiment/comparison_row.h"
#include "experiment/comparison_table.h"

namespace r2rank::experiment {

/// A data set that was compared on.
struct MeasuredPlace {
  std::string name, protocol;
  std::vector<data::Finding> findings;  ///< of `data check`
};

struct ComparisonResult {
  std::vector<MeasuredPlace> places;
  std::vector<MeasuredRow> rows;        ///< failed ones too
  std::vector<ComparisonTable> tables;  ///< comparison_tables.h
};

/// Makes every data set, split and row of a plan that `folder` does not hold already, and the tables over all
/// of them. A row is kept under a key of all that decides its results, and made anew when that changes, so an
/// interrupted comparison goes on where it was. All inputs are looked for and all data sets made before the
/// first row; a row that fails is recorded and the others go on. Layout: docs/formats.md. `ranks` is a folder
/// of RankFiles, "" for none: rows in them count as finished, and every finished row is added. Errors: as
/// check_plan, check_inputs, make_place and RankFile; kInterrupted on Ctrl-C.
ComparisonResult run_comparison(const ComparisonPlan& plan, const base::Path& folder,
                                const base::Path& ranks = {});

}  // namespace r2rank::experiment
