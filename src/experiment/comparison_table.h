#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "experiment/result_table.h"
#include "experiment/scorer_runs.h"
#include "experiment/slices.h"
#include "metrics/per_user.h"

namespace r2rank::experiment {

/// One metric of many scorers over many sets of slates: data sets, or the labels of a slice. Rows are
/// scorers, columns sets of slates; each value has its interval, and where a reference is named, each other
/// scorer of a column is tested against it.

/// The results of any scorers on one set of slates.
struct ComparisonInput {
  std::string name;  ///< of the column: "amazon-games-2018"
  std::vector<metrics::PerUserResults> results;
};

struct ComparisonOptions {
  std::string metric = "ndcg@10";
  std::string reference = {};           ///< the scorer the others are tested against; "": no tests
  std::vector<std::string> seeds = {};  ///< scorers of which several results are several training seeds
  Resampling resampling = {};
  double level = 0.05;  ///< a difference is marked where its corrected p-value is at most this
};

struct ComparisonColumn {
  std::string name, protocol, slates_hash;
  int64_t users = 0, slates = 0;
};

struct ComparisonCell {
  metrics::Interval value;
  int64_t seeds = 1;
  double seed_deviation = 0;                          ///< between the seeds' means
  std::optional<PairedComparison> to_reference = {};  ///< scorer - reference; none for the reference itself
};

struct ComparisonRow {
  std::string scorer;
  std::vector<std::optional<ComparisonCell>> cells;  ///< [columns]; none where it was not measured
};

struct ComparisonTable {
  std::string title;  ///< what the columns are: "data set", "history"
  ComparisonOptions options;
  std::vector<ComparisonColumn> columns;
  std::vector<ComparisonRow> rows;  ///< in order of first appearance over the columns
};

/// Holm's correction takes the scorers of a column, all against the reference, as one family. Errors: kUsage
/// when there is nothing to compare, two columns share a name, results within a column are not on the same
/// slates, or no column has the reference (a column without it has no tests); kData when results lack the
/// metric.
ComparisonTable compare(const std::string& title, std::span<const ComparisonInput> columns,
                        const ComparisonOptions& options);

/// The same with a column for each label of a slice. REQUIRES results with a row a slate of the slice.
ComparisonTable compare_in_slice(const Slice& slice, std::span<const metrics::PerUserResults> results,
                                 const ComparisonOptions& options);

/// Whether the row has the highest mean of the column among several.
bool is_best(const ComparisonTable& table, const ComparisonRow& row, size_t column);

/// Whether a cell differs from the reference after Holm's correction: +1 better, -1 worse, 0 cannot be told
/// or was not tested.
int significance(const ComparisonTable& table, const ComparisonCell& cell);

}  // namespace r2rank::experiment
