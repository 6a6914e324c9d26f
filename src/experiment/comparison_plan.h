#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "baselines/fit.h"
#include "baselines/method.h"
#include "baselines/tune.h"

namespace r2rank::experiment {

/// A data set of a comparison and how it becomes one: the settings of `import` and `split`.
struct DatasetPlan {
  std::string name;
  baselines::SettingValues import, split;
};

/// A row of the table: one way of ranking.
struct RowPlan {
  std::string name;    ///< in the table; the method's unless the file says otherwise
  std::string method;  ///< of methods.h, or "blend", "lambdamart": learned from other rows' scores
  baselines::SettingValues settings;
  bool tune = false;                  ///< try the method's trials within the budget
  std::vector<std::string> of;        ///< blend, lambdamart: the rows combined; empty: all before it
  std::vector<std::string> datasets;  ///< only on these; empty: on all
  int64_t slates = 0;                 ///< scored on the first so many test slates; 0: on all
  baselines::FitOptions fit;          ///< the plan's, where the row says nothing else
  baselines::TuneOptions budget;      ///< the same
};

/// One table: rows of methods on data sets.
struct ComparisonPlan {
  std::string reference;  ///< the row that all others are tested against; "": no tests
  int64_t seed = 7;
  std::string metric = "ndcg@10";
  baselines::FitOptions fit;
  baselines::TuneOptions tune;
  std::vector<DatasetPlan> datasets;
  std::vector<RowPlan> rows;
};

bool is_combination(const RowPlan& row);
/// Whether the row is measured on the data set.
bool applies(const RowPlan& row, const DatasetPlan& dataset);

/// Reads a plan (docs/formats.md). Errors: kIo; kData for a file that is no TOML; kUsage for unknown keys,
/// methods, settings, data sets and rows, two of one name, and names that no folder can have.
ComparisonPlan read_plan(const std::string& path);

}  // namespace r2rank::experiment
