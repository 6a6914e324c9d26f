#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "experiment/comparison_places.h"
#include "experiment/comparison_row.h"

namespace r2rank::experiment {

/// A file of ranks as it stands (docs/formats.md).
struct RankDocument {
  std::string protocol, slates_hash, training_hash;
  std::vector<int64_t> slate_ids;
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
};

/// Errors: kData naming `source` for what compare --ranks does not write.
RankDocument parse_ranks(std::string_view text, const std::string& source);

/// Where the rows of a comparison put the relevant item of each slate of one data set: a file to be
/// published, for it holds no scores, users or items, and yet every metric of every row follows from it. A
/// finished row in it need not be made again.
class RankFile {
 public:
  /// Opens FOLDER/NAME.json of the place; a file that is not there yet has no rows. The place must outlive
  /// this. Errors: kData for a damaged file; kUsage for one of other slates or training events, and where
  /// ranks do not tell all: over the full catalogue, and of slates with several relevant items.
  RankFile(const base::Path& folder, const Place& place);

  /// The key of a row with what came of it, as key_of_results() has it; `key` alone where the file lacks it.
  std::string key_of_results(const std::string& key) const;
  bool has(const std::string& key) const;

  /// Makes the folder of a finished row from its ranks: scores are 1 for what was above the relevant item, 0
  /// beside it, -1 below; milliseconds and tokens are their means; no validation results. False where the
  /// file lacks it. `sample_seed` draws the slates of a row on some of them. Errors: kData, kIo.
  bool restore(const RowPlan& row, int64_t sample_seed, const std::string& key,
               const base::Path& folder) const;

  /// Takes in a finished row of that folder, in place of one of the same name and seed, and saves the file; a
  /// row that was made from these ranks changes nothing. Errors: kIo; kData where `test` does not fit the
  /// slates.
  void add(const RowPlan& row, int64_t seed, const base::Path& folder, const metrics::PerUserResults& test);

 private:
  const nlohmann::ordered_json* find(const std::string& key) const;
  void put(nlohmann::ordered_json entry);
  void save() const;

  base::Path path_;
  const Place& place_;
  RankDocument document_;
};

}  // namespace r2rank::experiment
