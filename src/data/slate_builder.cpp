#include "data/slate_builder.h"

#include "base/hash.h"

namespace r2rank::data {

SlateStreams held_out_streams(uint64_t seed, const std::string& user_id, int32_t position) {
  const uint64_t user = base::hash64(user_id);
  const auto place = static_cast<uint64_t>(position);
  return {base::RandomStream(seed, base::Purpose::kNegatives, user, place),
          base::RandomStream(seed, base::Purpose::kShuffle, user, place)};
}

Slate build_slate(const Dataset& dataset, int32_t user, int32_t position, int64_t negative_count,
                  const NegativeSampler& sampler, SlateStreams streams) {
  const int32_t target = dataset.events(user)[static_cast<size_t>(position)].item;
  Slate slate;
  slate.id = dataset.user_offsets[user] + position;
  slate.user = user;
  slate.history_end = position;
  slate.candidates = sampler.draw(streams.negatives, known_items(dataset, user), negative_count);
  slate.candidates.push_back(target);
  streams.shuffle.shuffle(std::span<int32_t>(slate.candidates));
  for (const int32_t item : slate.candidates) slate.relevance.push_back(item == target ? 1.0F : 0.0F);
  return slate;
}

}  // namespace r2rank::data
