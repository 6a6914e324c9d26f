#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "experiment/scorer_runs.h"
#include "metrics/bootstrap.h"
#include "metrics/per_user.h"

namespace r2rank::experiment {

struct TableOptions {
  std::vector<std::string> metrics = {};  ///< columns; empty: default_columns()
  std::vector<std::pair<std::string, std::string>> pairs =
      {};                               ///< scorers (a, b) whose difference a - b is tested
  std::vector<std::string> seeds = {};  ///< scorers of which several results are several training seeds
  Resampling resampling = {};
};

struct TableRow {
  std::string scorer;
  std::vector<metrics::Interval> metrics;  ///< [columns]
  double tokens_per_slate = 0;             ///< NaN where not measured
  double ms_per_slate = 0;                 ///< NaN where not measured
  int64_t seeds = 1;
  std::vector<double> seed_deviations = {};  ///< [columns] between the seeds' means; empty for one seed
};

/// The difference a - b between two scorers on the same users.
struct PairedRow {
  std::string a, b;
  std::vector<PairedComparison> tests;  ///< [columns]
};

/// Scorers side by side on one set of slates; table_render.h writes it.
struct ResultTable {
  std::string protocol, slates_hash;
  int64_t users = 0, slates = 0;
  uint64_t seed = 0;
  int resamples = 0;
  std::vector<std::string> metrics;  ///< [columns] short names
  std::vector<TableRow> rows;        ///< in the order given
  std::vector<PairedRow> pairs;
  int permutations = 0;
  /// "95 % percentile bootstrap over users, 2000 resamples, seed 7"; "over users and training seeds" where a
  /// row has several.
  std::string interval_method() const;
  /// "p: randomisation test, 10000 permutations, Holm over the 3 pairs of a column".
  std::string test_method() const;
};

/// NDCG@5/10/20, HR@1/5/10, MRR.
std::vector<std::string> default_columns();

/// The p-values of a column's pairs are one family of Holm's correction. Errors: kUsage when the results are
/// not on the same slates, two scorers share a name without being in `seeds`, or a pair names none of them;
/// kData when results lack a metric.
ResultTable make_table(std::span<const metrics::PerUserResults> results, const TableOptions& options);

/// The table with these of its columns. REQUIRES that it has them.
ResultTable with_columns(const ResultTable& table, std::span<const std::string> metrics);

}  // namespace r2rank::experiment
