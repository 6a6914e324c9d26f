#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "data/dataset.h"
#include "data/held_out.h"
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

/// A training slate, whose target is event `position` of the user: the target and `negative_count` negatives,
/// shuffled. Negatives are none of the items of the user's first `training_end` events, the target's among
/// them; later events are unknown to training, so that what is tested may be a negative as any other item.
/// Errors: kUsage when the catalogue cannot give that many.
Slate build_slate(const Dataset& dataset, const Target& target, int32_t training_end, int64_t negative_count,
                  const NegativeSampler& sampler, SlateStreams streams);

/// The slate of a target whose candidates are its relevant items alone, distinct, in the order of the events,
/// labelled 1 or (`labels` = "ratings") with the highest rating of the item. Items without a rating above 0
/// are then left out; no candidates at all are possible. Errors: kUsage for a rating that no label can hold.
Slate relevant_slate(const Dataset& dataset, const Target& target, const std::string& labels);

/// Puts `negatives` beside the candidates of such a slate and shuffles.
void add_negatives(Slate& slate, std::vector<int32_t> negatives, base::RandomStream shuffle);

}  // namespace r2rank::data
