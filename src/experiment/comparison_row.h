#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "data/split.h"
#include "experiment/comparison.h"
#include "metrics/per_user.h"

namespace r2rank::experiment {

/// A row of a comparison as its folder keeps it: row.json, valid.parquet (absent for rows on some slates
/// only) and test.parquet.
struct StoredRow {
  MeasuredRow measured;
  std::string report;  ///< JSON: trials and epochs, weights, importance
  metrics::PerUserResults valid, test;
};

/// What decides a row's results: method, settings, seed, budget, training events, slates, and of a
/// combination the keys of the rows it combines.
std::string row_key(const RowPlan& row, const ComparisonPlan& plan, const data::Split& split,
                    const data::Dataset& dataset, const std::vector<std::string>& parts);

/// A finished row of that key; none when there is no whole one. A damaged row is made anew, with a warning.
std::optional<StoredRow> read_row(const base::Path& folder, const std::string& key);
/// Writes the folder whole or not at all, in place of an older one. Errors: kIo.
void write_row(const base::Path& folder, const std::string& key, const StoredRow& row);

}  // namespace r2rank::experiment
