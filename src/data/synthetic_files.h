#pragma once

#include <cstdint>
#include <string>

#include "base/files.h"
#include "data/synthetic_optimum.h"
#include "data/synthetic_world.h"

namespace r2rank::data {

/// How a synthetic world is written.
struct SyntheticFiles {
  std::string format = "csv";        ///< csv, jsonl
  std::string compression = "none";  ///< none, gzip, zstd
  int64_t review_words = 0;          ///< words of a text that no importer reads, in each JSON line
  int64_t optimum_users = 20'000;    ///< users over whom the optimum is averaged
  int64_t candidates = 20, k = 10;   ///< of the slates it is for

  void describe(base::ConfigFields& fields);
};

struct SyntheticReport {
  int64_t users = 0, items = 0, interactions = 0, optimum_users = 0;
  Estimate optimum, popularity;
  double random = 0;
};

/// Writes interactions.* and items.* (which `import` reads), truth.json (parameters and optimum) and
/// truth_items.csv (item_id, cluster, weight) into a folder that appears whole or not at all. Memory grows
/// with the items, not with the interactions. Errors: kUsage, kIo, kInterrupted.
SyntheticReport write_synthetic(const SyntheticConfig& config, const SyntheticFiles& files,
                                const base::Path& folder, bool overwrite);

}  // namespace r2rank::data
