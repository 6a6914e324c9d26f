#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"
#include "data/split.h"

namespace r2rank::data {

/// What data set and split say about a slate: groups of slates that a table shows separately.
struct SlateTraits {
  bool tied = false;      ///< equal times decide what is predicted from what: order_decided_by_ties()
  bool cold = false;      ///< a relevant item has no training interaction
  bool repeated = false;  ///< a relevant item stands in the history already
  bool missed = false;    ///< hard candidates: a relevant item was put in (Slate::missed)
};

/// Traits of each slate of one part of the split.
std::vector<SlateTraits> slate_traits(const Dataset& dataset, const Split& split, const SlateSet& set);

/// Whether the order of events at one time, which only the log's order decides, changes the slate: its first
/// target has the time of the event before it, or its last target that of the event after it, or the
/// history's last two events have one time. Never where time is only an order.
bool order_decided_by_ties(const Dataset& dataset, const Slate& slate);

/// Its first line tells such a file from any other.
inline constexpr std::string_view kSlateTraitsHeader = "slate_id,user_id,part,tied,cold,repeated,missed\n";

/// CSV: kSlateTraitsHeader, then a line a slate with 0 or 1 (docs/formats.md), RFC 4180.
std::string slate_traits_csv(const Dataset& dataset, const Split& split);

}  // namespace r2rank::data
