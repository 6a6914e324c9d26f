#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "experiment/comparison_plan.h"
#include "experiment/comparison_table.h"
#include "metrics/per_user.h"

namespace r2rank::experiment {

/// Test results of one row with one seed.
struct RowResults {
  int64_t slates = 0;  ///< RowPlan::slates
  metrics::PerUserResults test;
};

/// The results on one data set.
struct PlaceResults {
  std::string dataset;
  std::vector<RowResults> rows;
  /// Ids of the test slates of users of whom equal times decide some (data/slate_traits.h).
  std::set<int64_t> tied = {};
};

/// The tables of a comparison: for each metric, the plan's main one first, one of the rows that score every
/// slate, and for each smaller number of slates that rows have one over the sample of that size, in which
/// every row that scored it counts. Where a data set has tied slates, a last table shows the main metric
/// without their users. Data sets without results are left out.
std::vector<ComparisonTable> comparison_tables(const ComparisonPlan& plan,
                                               const std::vector<PlaceResults>& places);

}  // namespace r2rank::experiment
