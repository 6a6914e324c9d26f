#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "metrics/bootstrap.h"
#include "metrics/per_user.h"

namespace r2rank::experiment {

struct TableOptions {
  std::vector<std::string> metrics = {};  ///< columns; empty: NDCG@5/10/20, HR@1/5/10, MRR
  std::vector<std::pair<std::string, std::string>> pairs =
      {};             ///< scorers (a, b) whose difference a - b is tested
  uint64_t seed = 7;  ///< of the bootstrap
  int resamples = 2000;
};

struct TableRow {
  std::string scorer;
  std::vector<metrics::Interval> metrics;  ///< [columns]
  double tokens_per_slate = 0;             ///< NaN where not measured
  double ms_per_slate = 0;                 ///< NaN where not measured
};

/// The difference a - b between two scorers on the same users.
struct PairedRow {
  std::string a, b;
  std::vector<metrics::PairedTest> tests;  ///< [columns]
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
  std::string interval_method() const;  ///< "95 % percentile bootstrap over users, 2000 resamples, seed 7"
};

/// Errors: kUsage when the results are not on the same slates, two scorers share a name, or a pair names none
/// of them; kData when results lack a metric.
ResultTable make_table(std::span<const metrics::PerUserResults> results, const TableOptions& options);

}  // namespace r2rank::experiment
