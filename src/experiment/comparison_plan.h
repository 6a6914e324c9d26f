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
                                      ///< but combinations
  std::vector<std::string> datasets;  ///< only on these; empty: on all
  std::vector<int64_t> seeds;         ///< of training; empty: the plan's
  int64_t slates = 0;                 ///< scored on a sample of so many test slates; 0: on all
  baselines::FitOptions fit;          ///< the plan's, where the row says nothing else
  baselines::TuneOptions budget;      ///< the same
};

/// One table: rows of methods on data sets.
struct ComparisonPlan {
  std::string reference;       ///< the row that all others are tested against; "": no tests
  int64_t seed = 7;            ///< of the splits that name none, of resampling and samples, and of training
  std::vector<int64_t> seeds;  ///< of training, each row once with each; empty: `seed` alone
  std::string metric = "ndcg@10";
  std::vector<std::string> metrics;      ///< further ones, with tables of their own
  std::vector<std::string> environment;  ///< names of the variables whose values the file asks for
  baselines::FitOptions fit;
  baselines::TuneOptions tune;
  std::vector<DatasetPlan> datasets;
  std::vector<RowPlan> rows;
};

bool is_combination(const RowPlan& row);
bool is_combination(const std::string& method);
/// Whether the row is measured on the data set.
bool applies(const RowPlan& row, const DatasetPlan& dataset);

/// The training seeds of a row.
std::vector<int64_t> seeds_of(const RowPlan& row, const ComparisonPlan& plan);
/// The settings with one of these seeds: "{seed}" in `model` stands for its number, so that rows of trained
/// models have one a seed.
baselines::SettingValues settings_for_seed(const RowPlan& row, int64_t seed);
/// `metric`, then the others of `metrics`.
std::vector<std::string> metrics_of(const ComparisonPlan& plan);

/// A configuration struct with these settings. Errors: as ConfigFields::set.
template <class Config>
Config configured(const baselines::SettingValues& settings) {
  Config config;
  base::ConfigFields fields;
  config.describe(fields);
  for (const auto& [name, value] : settings) fields.set(name, value);
  return config;
}
/// The value of a setting that was given; "" without it.
std::string given_setting(const baselines::SettingValues& settings, const std::string& name);

/// Reads a plan (docs/formats.md) and checks it (comparison_check.h). Errors: kIo; kData for a file that is
/// no TOML; kUsage for unknown keys, methods and settings, and as check_plan().
ComparisonPlan read_plan(const std::string& path);

}  // namespace r2rank::experiment
