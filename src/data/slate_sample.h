#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/slates.h"

namespace r2rank::data {

/// A sample of the slates of a set: whole users, drawn by a hash of seed and user, until at least `count`
/// slates are there. A smaller sample is part of a larger one of the same seed. `count` of 0, or more than
/// there are: all of them.
struct SlateSample {
  int64_t count = 0;
  uint64_t seed = 7;
};

/// The chosen rows, ascending; `users` are those of the rows.
std::vector<size_t> sampled_rows(const std::vector<std::string>& users, const SlateSample& sample);

/// The sample as a set of its own, with a hash that tells it from the whole ("...:sample300-seed7"); all of
/// them as they are.
SlateSet sampled_slates(const SlateSet& set, const Dataset& dataset, const SlateSample& sample);

/// The hash of the whole set, whichever sample of it `hash` is of, made that of `sample`.
std::string sampled_hash(const std::string& hash, const SlateSample& sample);

/// Does the sample leave none of so many slates out?
bool is_whole(size_t slates, const SlateSample& sample);

}  // namespace r2rank::data
