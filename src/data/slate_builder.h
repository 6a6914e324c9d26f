#pragma once

#include <cstdint>

#include "base/random.h"
#include "data/dataset.h"
#include "data/negative_sampler.h"
#include "data/slates.h"

namespace r2rank::data {

/// The two random streams of one slate.
struct SlateStreams {
  base::RandomStream negatives, shuffle;
};
/// Streams of a held-out slate: keyed by the user's id and the target's position, so that other users change
/// nothing.
SlateStreams held_out_streams(uint64_t seed, const std::string& user_id, int32_t position);

/// The slate whose target is event `position` of the user: the target and `negative_count` negatives,
/// shuffled. Errors: kUsage when the catalogue cannot give that many.
Slate build_slate(const Dataset& dataset, int32_t user, int32_t position, int64_t negative_count,
                  const NegativeSampler& sampler, SlateStreams streams);

}  // namespace r2rank::data
