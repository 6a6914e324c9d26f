#include "data/slate_builder.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/hash.h"
#include "data/slates_format.h"

namespace r2rank::data {
namespace {

float label_of(const Dataset& dataset, const Interaction& event, const std::string& labels) {
  if (labels != "ratings") return 1;
  if (!(event.rating > 0)) return 0;  // no rating, too
  if (event.rating < kSmallestLabel || event.rating > kLargestLabel)
    base::fail_usage(
        "split",
        "expected ratings from {} to {} as labels, found {} of user '{}': NDCG counts a label as "
        "2^label - 1; rescale the ratings or use --labels binary",
        kSmallestLabel, kLargestLabel, event.rating, dataset.user_ids[event.user]);
  return event.rating;
}

}  // namespace

SlateStreams held_out_streams(uint64_t seed, const std::string& user_id, int32_t position) {
  const uint64_t user = base::hash64(user_id);
  const auto place = static_cast<uint64_t>(position);
  return {base::RandomStream(seed, base::Purpose::kNegatives, user, place),
          base::RandomStream(seed, base::Purpose::kShuffle, user, place)};
}

Slate build_slate(const Dataset& dataset, const Target& target, int32_t training_end, int64_t negative_count,
                  const NegativeSampler& sampler, SlateStreams streams) {
  R2RANK_CHECK(target.position < training_end);
  Slate slate = relevant_slate(dataset, target, "binary");
  const auto known = known_items(dataset, target.user, training_end);
  add_negatives(slate, sampler.draw(streams.negatives, known, negative_count), streams.shuffle);
  return slate;
}

Slate relevant_slate(const Dataset& dataset, const Target& target, const std::string& labels) {
  Slate slate;
  slate.id = dataset.user_offsets[target.user] + target.position;
  slate.user = target.user;
  slate.history_end = target.position;
  const auto events = dataset.events(target.user)
                          .subspan(static_cast<size_t>(target.position), static_cast<size_t>(target.count));
  for (const Interaction& event : events) {
    const float label = label_of(dataset, event, labels);
    const auto found = std::find(slate.candidates.begin(), slate.candidates.end(), event.item);
    const auto place = static_cast<size_t>(found - slate.candidates.begin());
    if (found != slate.candidates.end()) {
      slate.relevance[place] = std::max(slate.relevance[place], label);
    } else if (label > 0) {
      slate.candidates.push_back(event.item);
      slate.relevance.push_back(label);
    }
  }
  return slate;
}

void add_negatives(Slate& slate, std::vector<int32_t> negatives, base::RandomStream shuffle) {
  std::map<int32_t, float> label_of_item;
  for (size_t place = 0; place < slate.candidates.size(); ++place)
    label_of_item[slate.candidates[place]] = slate.relevance[place];
  negatives.insert(negatives.end(), slate.candidates.begin(), slate.candidates.end());
  shuffle.shuffle(std::span<int32_t>(negatives));
  slate.candidates = std::move(negatives);
  slate.relevance.clear();
  for (const int32_t item : slate.candidates) {
    const auto found = label_of_item.find(item);
    slate.relevance.push_back(found == label_of_item.end() ? 0.0F : found->second);
  }
}

}  // namespace r2rank::data
