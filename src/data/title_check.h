#pragma once

#include "data/split_check.h"

namespace r2rank::data {

/// Whether the titles of relevant items stand in the titles of the history (whole words, letter case aside):
/// a prompt then shows the answer's name. Counted beside it: the same for one other candidate a slate. The
/// item itself in the history does not count (that is "repeated-targets").
Finding check_titles(const Dataset& dataset, const SlateSet& set);

}  // namespace r2rank::data
