#pragma once

#include <string>
#include <vector>

#include "experiment/comparison_places.h"
#include "experiment/comparison_row.h"

namespace r2rank::experiment {

/// A row with one seed and what it scored on the test slates.
struct MadeRow {
  MeasuredRow measured;
  metrics::PerUserResults test;  ///< of no slates where it failed
};

/// Makes the rows of one data set, or finds them finished; those that score every slate stay for the
/// combinations after them. The place and plan must outlive it.
class RowMaker {
 public:
  RowMaker(const ComparisonPlan& plan, const Place& place, FileIdentities& files)
      : plan_(plan), place_(place), files_(files) {}

  /// The row with each of its seeds; one whose scores come out as with an earlier seed does not depend on it,
  /// and is left out with those that would follow. An error ends the row, not the comparison: it is recorded.
  /// Errors: kInterrupted on Ctrl-C.
  std::vector<MadeRow> make(const RowPlan& row);

  /// The folder and the key that the row has with this seed, given the rows made so far.
  base::Path folder_of(const RowPlan& row, int64_t seed) const;
  std::string key_of(const RowPlan& row, int64_t seed) const;
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
  };

  MadeRow make_or_fail(const RowPlan& row, int64_t seed);
  MadeRow make_one(const RowPlan& row, int64_t seed);
  StoredRow train(const RowPlan& row, int64_t seed) const;
  StoredRow score(StoredRow stored, const RowPlan& row, baselines::Scorer& scorer) const;
  StoredRow combine(const RowPlan& row, int64_t seed) const;
  std::vector<const Kept*> parts_of(const RowPlan& row, int64_t seed) const;
  void announce(const RowPlan& row, const baselines::Scorer& scorer) const;

  const ComparisonPlan& plan_;
  const Place& place_;
  FileIdentities& files_;
  std::vector<Kept> kept_;
};

}  // namespace r2rank::experiment
