#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/files.h"

namespace r2rank::metrics {

/// Results of one scorer on one set of slates: a row a slate, in the slates' order.
struct PerUserResults {
  std::string scorer, protocol, slates_hash;
  std::string training_hash = {};  ///< data::training_hash() of what the scorer learned from; empty: unknown
  std::vector<int64_t> slate_ids;
  std::vector<std::string> user_ids;
  std::map<std::string, std::vector<double>> values;  ///< metric name -> [slates]
  std::vector<std::vector<double>> scores;            ///< [slates][K] in candidate order; NaN allowed
  /// The scores only put the relevant item where the scorer's own did; all else about them is made up.
  bool ranks_only = false;
};

/// Parquet with a row a slate (docs/metrics.md); scorer, protocol and hashes in the file's metadata. The file
/// appears whole or not at all. REQUIRES columns of one length and no metric named like a fixed column.
/// Errors: kIo.
void save_per_user(const PerUserResults& results, const base::Path& path);
/// Errors: kIo (missing, unreadable), kData (no Parquet, another layout, missing or non-finite metric
/// values).
PerUserResults load_per_user(const base::Path& path);

}  // namespace r2rank::metrics
