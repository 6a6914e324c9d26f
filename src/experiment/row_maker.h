#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiment/comparison_places.h"
#include "experiment/comparison_row.h"

namespace r2rank::experiment {

class RankFile;

/// A row with one seed and what it scored on the test slates.
struct MadeRow {
  MeasuredRow measured;
  metrics::PerUserResults test;  ///< of no slates where it failed
  std::string scores_hash = {};  ///< as StoredRow has them
  bool ranks_only = false;
};

/// Makes the rows of one data set, or finds them finished; those that score every slate stay for the
/// combinations after them. Rows of `ranks` (may be null) count as finished, and finished ones are added to
/// it. What it is given must outlive it.
class RowMaker {
 public:
  RowMaker(const ComparisonPlan& plan, const Place& place, FileIdentities& files, RankFile* ranks = nullptr)
      : plan_(plan), place_(place), files_(files), ranks_(ranks) {}

  /// The row with each of its seeds; one whose scores come out as with an earlier seed does not depend on it,
  /// and is left out with those that would follow. An error ends the row, not the comparison: it is recorded.
  /// Errors: kInterrupted on Ctrl-C.
  std::vector<MadeRow> make(const RowPlan& row);

  /// The folder and the key that the row has with this seed, given the rows made so far.
  base::Path folder_of(const RowPlan& row, int64_t seed) const;
  std::string key_of(const RowPlan& row, int64_t seed) const;
  /// Whether the row is there, in its folder or in the ranks.
  bool has(const RowPlan& row, int64_t seed) const;
  /// The rows that a combination with this seed would learn from and of which only ranks are there.
  std::vector<std::string> parts_without_scores(const RowPlan& row, int64_t seed) const;
  /// Lets combinations take a row for made whose key is known: to tell what would be done.
  void assume(const RowPlan& row, int64_t seed);

 private:
  /// A row that scored every slate with one seed.
  struct Kept {
    std::string name;
    bool joins_all = true;  // combinations without `of` learn from it
    int64_t seed = 7;
    std::string key;  // of its settings and results
    metrics::PerUserResults valid, test;
    bool ranks_only = false;
  };

  MadeRow make_or_fail(const RowPlan& row, int64_t seed);
  MadeRow make_one(const RowPlan& row, int64_t seed);
  std::optional<StoredRow> find(const RowPlan& row, const std::string& key, const base::Path& folder) const;
  void publish(const RowPlan& row, int64_t seed, const base::Path& folder, const StoredRow& stored) const;
  StoredRow train(const RowPlan& row, int64_t seed) const;
  StoredRow score(StoredRow stored, const RowPlan& row, baselines::Scorer& scorer) const;
  StoredRow combine(const RowPlan& row, int64_t seed) const;
  std::vector<const Kept*> parts_of(const RowPlan& row, int64_t seed) const;
  void announce(const RowPlan& row, const baselines::Scorer& scorer) const;

  const ComparisonPlan& plan_;
  const Place& place_;
  FileIdentities& files_;
  RankFile* ranks_ = nullptr;
  std::vector<Kept> kept_;
};

}  // namespace r2rank::experiment
