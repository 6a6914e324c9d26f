#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"

namespace r2rank::data {

/// Whether timestamps are Unix seconds or only the order of one user's events. An order is never printed in a
/// prompt and never compared between users (so the global temporal split refuses it).
enum class TimeKind { kReal, kOrder };

struct Interaction {
  int32_t user = 0;  ///< index into Dataset::user_ids
  int32_t item = 0;  ///< index into Dataset::items
  int64_t time = 0;  ///< Unix seconds, or the position in the user's history (TimeKind::kOrder)
  float rating = 0;  ///< NaN where the log has none
};

/// One catalogue entry. A field the source lacks is empty and vanishes from prompts.
struct Item {
  std::string id;
  std::string title;
  std::string brand;
  std::vector<std::string> categories;
  std::string description;
};

/// What was read and what was dropped, in the order of the steps; travels with the dataset and is printed by
/// `import`.
struct ImportReport {
  std::vector<std::pair<std::string, int64_t>>
      counts;  ///< ("rows read", 100000), ("duplicates dropped", 12), ...
};

/// Users, items and interactions in memory. Interactions are sorted by user, then time, then file order; the
/// events of user u are interactions[user_offsets[u] .. user_offsets[u + 1]).
struct Dataset {
  std::string name;
  TimeKind time_kind = TimeKind::kReal;
  bool has_ratings = false;
  std::vector<std::string> user_ids;
  std::vector<Item> items;
  std::vector<Interaction> interactions;
  std::vector<int64_t> user_offsets;  ///< [users + 1]
  ImportReport report;
  std::string hash;  ///< of users, items and interactions; fixed by save_dataset, checked by load_dataset

  int64_t users() const { return static_cast<int64_t>(user_ids.size()); }
  std::span<const Interaction> events(int64_t user) const {
    return {interactions.data() + user_offsets[user],
            static_cast<size_t>(user_offsets[user + 1] - user_offsets[user])};
  }
};

/// Writes a dataset folder (docs/formats.md: dataset.json, interactions.parquet, items.parquet,
/// users.parquet), whole or not at all. Returns the content hash. Errors: kIo; kUsage when the folder exists
/// and `overwrite` is false.
std::string save_dataset(const Dataset& dataset, const base::Path& folder, bool overwrite);

/// Reads a dataset folder. Errors: kData for a missing, truncated or altered file or an unknown format
/// version; kIo.
Dataset load_dataset(const base::Path& folder);

/// Lookup from external id to index, built on demand.
std::map<std::string, int32_t, std::less<>> index_items(const Dataset& dataset);
std::map<std::string, int32_t, std::less<>> index_users(const Dataset& dataset);

}  // namespace r2rank::data
