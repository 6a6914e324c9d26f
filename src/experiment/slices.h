#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/slates.h"
#include "data/split.h"
#include "metrics/per_user.h"

namespace r2rank::experiment {

/// A cut through a set of slates: each belongs to one of the labels, or to none. Whatever can say that of a
/// slate can be a slice; the tables (comparison_table.h) need no more.
struct Slice {
  std::string name;                 ///< "history"
  std::vector<std::string> labels;  ///< in the order of a table: "1-4", "5-9", ...
  std::vector<int32_t> label_of;    ///< [slates] index into labels; -1: none
};

/// "history" (events before the target), "popularity" (training events of the target; of several relevant
/// items the rarest), "cold" (whether the target has any training event), "category" (the target's, at the
/// outermost level at which no category holds more than nine tenths of the slates; the eight with the
/// most slates, the rest is "other"), "tied" (whether equal times decide what any slate of the user predicts
/// from what, data::order_decided_by_ties(); where the data set knows an order alone, all are "untied").
std::vector<std::string> slice_names();

/// Labels without a slate are left out. `slates` must be of this dataset and split. Errors: kUsage for an
/// unknown name, with the nearest one.
Slice make_slice(const std::string& name, const data::Dataset& dataset, const data::Split& split,
                 const data::SlateSet& slates);

/// The rows of results whose slate has the label; scores are left out. REQUIRES a row a slate of the slice.
metrics::PerUserResults within_slice(const metrics::PerUserResults& results, const Slice& slice,
                                     int32_t label);

}  // namespace r2rank::experiment
