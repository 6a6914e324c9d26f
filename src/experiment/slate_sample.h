#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/slates.h"
#include "metrics/per_user.h"

namespace r2rank::experiment {

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
data::SlateSet sampled_slates(const data::SlateSet& set, const data::Dataset& dataset,
                              const SlateSample& sample);

/// Results of the sampled slates under the hash that sampled_slates() gives them. `results` may be those of a
/// larger sample of the same seed.
metrics::PerUserResults sampled_results(const metrics::PerUserResults& results, const SlateSample& sample);

}  // namespace r2rank::experiment
