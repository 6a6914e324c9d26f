#pragma once

#include <cmath>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "data/split.h"
#include "experiment/comparison_plan.h"
#include "experiment/file_identities.h"
#include "metrics/per_user.h"

namespace r2rank::experiment {

/// Raise it when code changes what rows or data sets come out as: older ones are then made anew.
inline constexpr int64_t kResultsVersion = 3;

/// One row on one data set with one seed, measured.
struct MeasuredRow {
  std::string dataset, row, method;
  int64_t seed = 7;                                   ///< of training
  bool reused = false;                                ///< found finished in the folder
  std::string failure;                                ///< the error that ended it, "" where it was measured
  int status = 0;                                     ///< of the program, were that error its end
  double training_seconds = 0;                        ///< trials, early stopping and learning included
  double scoring_seconds = 0;                         ///< validation and test slates
  int64_t slates = 0;                                 ///< test slates scored
  double tokens_per_slate = 0, ms_per_slate = 0;      ///< of the test slates
  int64_t trials = 0;                                 ///< begun
  int64_t trials_not_begun = 0;                       ///< for want of minutes
  int64_t trials_cut = 0;                             ///< ended by minutes, not by patience or epochs
  std::string ended_by;                               ///< the chosen trial; "" without epochs
  double valid_ndcg = NAN;                            ///< of the chosen trial; NaN where nothing measured it
  baselines::SettingValues settings;                  ///< as chosen
  baselines::SettingValues budget;                    ///< what it might take
  std::vector<std::pair<std::string, double>> notes;  ///< of a language model, on the test slates
  std::string report;  ///< JSON: trials and epochs; of combinations weights, importance
  std::string result;  ///< the file of its test results
};

/// Whether the clock decided what became of it: on another machine it may come out otherwise.
bool is_cut_by_clock(const MeasuredRow& row);

/// A row of a comparison as its folder keeps it: row.json, valid.parquet (absent for rows on some slates
/// only and for those of which only ranks are known) and test.parquet.
struct StoredRow {
  MeasuredRow measured;
  metrics::PerUserResults valid, test;
  std::string scores_hash = {};  ///< of a row that was read: of the scores of both parts
  bool ranks_only = false;       ///< the scores of `test` only rank as the row's own did (rank_file.h)
};

/// The hash of a row's scores alone: the milliseconds beside them are never the same.
std::string hash_of_scores(const StoredRow& row);

/// A row with one seed, and the keys of the rows that it combines.
struct RowRun {
  const RowPlan& row;
  int64_t seed = 7;
  std::vector<std::string> parts = {};
};

/// What decides a row's results: method with all its settings, trials, budget, seed, what its model files
/// hold, training events, slates, and of a combination key_of_results() of the rows it combines. Errors: kIo
/// for a model file that cannot be read.
std::string row_key(const RowRun& run, const ComparisonPlan& plan, const data::Split& split,
                    const data::Dataset& dataset, FileIdentities& files);

/// The limits that a row has, by the names of the plan.
baselines::SettingValues budget_of(const RowPlan& row);

/// The key with what came of it: the hash of the scores in the row's folder. A row that the clock cuts scores
/// otherwise under the same key when it is made anew.
std::string key_of_results(const std::string& key, const base::Path& folder);

/// Whether a finished row of that key is there.
bool has_row(const base::Path& folder, const std::string& key);
/// A finished row of that key; none when there is no whole one. A damaged row is made anew, with a warning.
std::optional<StoredRow> read_row(const base::Path& folder, const std::string& key);
/// Writes the folder whole or not at all, in place of an older one. Errors: kIo.
void write_row(const base::Path& folder, const std::string& key, const StoredRow& row);

/// What row.json of a finished row says: `key`, `scores_hash`, `row`, `report` and more. Errors: kIo, kData.
nlohmann::ordered_json read_card(const base::Path& folder);
/// The object `row` of row.json. Errors: kData naming `source`.
MeasuredRow parse_measured(const nlohmann::ordered_json& json, const std::string& source);
/// Writes a row with what its card says, for results whose scores only rank alike: `ranks_only` marks it.
/// Errors: kIo.
void write_ranked_row(const base::Path& folder, const nlohmann::ordered_json& card,
                      const metrics::PerUserResults& test);

}  // namespace r2rank::experiment
