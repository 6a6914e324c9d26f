#include "baselines/neural/pair_sampler.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/random.h"

namespace r2rank::baselines {

PairSampler::PairSampler(const InteractionGraph& graph, uint64_t seed) : graph_(graph), seed_(seed) {
  const int64_t items = graph.users_of.nodes();
  for (const UserItem& event : graph.events) {
    if (graph.items_of.degree(event.user) < items) events_.push_back(event);
  }
  order_.resize(events_.size());
}

void PairSampler::start_epoch(int64_t epoch) {
  epoch_ = epoch;
  std::iota(order_.begin(), order_.end(), 0);
  base::RandomStream stream(seed_, base::Purpose::kShuffle, static_cast<uint64_t>(epoch));
  stream.shuffle(std::span(order_));
}

void PairSampler::draw(int64_t begin, std::span<Triple> triples) const {
  R2RANK_CHECK(epoch_ >= 0 && begin + static_cast<int64_t>(triples.size()) <= per_epoch());
  for (size_t i = 0; i < triples.size(); ++i) {
    const auto place = static_cast<uint64_t>(begin) + i;
    const UserItem& event = events_[order_[place]];
    triples[i] = {event.user, event.item, draw_negative(event.user, place)};
  }
}

int32_t PairSampler::draw_negative(int32_t user, uint64_t place) const {
  const auto known = graph_.items_of.of(user);
  const auto items = static_cast<uint64_t>(graph_.users_of.nodes());
  base::RandomStream stream(seed_, base::Purpose::kNegatives, static_cast<uint64_t>(epoch_), place);
  // Each try fails with the probability that a random item is known; the last item left is found in the end.
  while (true) {
    const auto item = static_cast<int32_t>(stream.below(items));
    if (!std::binary_search(known.begin(), known.end(), item)) return item;
  }
}

}  // namespace r2rank::baselines
