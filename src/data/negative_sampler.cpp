#include "data/negative_sampler.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"

namespace r2rank::data {
namespace {

constexpr int kTries = 64;  // rejections in a row before the exact, slower way: hit when few items are left

bool contains(std::span<const int32_t> sorted, int32_t item) {
  return std::binary_search(sorted.begin(), sorted.end(), item);
}

bool is_in(const std::vector<int32_t>& items, int32_t item) {
  return std::find(items.begin(), items.end(), item) != items.end();
}

}  // namespace

NegativeSampler::NegativeSampler(const Dataset& dataset, std::span<const int32_t> training_end,
                                 const std::string& weighting) {
  R2RANK_CHECK(weighting == "uniform" || weighting == "popularity" || weighting == "smoothed-popularity");
  std::vector<int64_t> all(dataset.items.size(), 0), trained(dataset.items.size(), 0);
  for (int64_t user = 0; user < dataset.users(); ++user) {
    const auto events = dataset.events(user);
    for (const Interaction& event : events) ++all[event.item];
    for (const Interaction& event :
         events.first(static_cast<size_t>(training_end[static_cast<size_t>(user)])))
      ++trained[event.item];
  }
  for (size_t item = 0; item < all.size(); ++item) {
    if (all[item] == 0) continue;
    const int64_t weight = weighting == "uniform"      ? 1
                           : weighting == "popularity" ? trained[item]
                                                       : trained[item] + 1;
    if (weight == 0) continue;
    items_.push_back(static_cast<int32_t>(item));
    weights_.push_back(weight);
    pool_.insert(pool_.end(), static_cast<size_t>(weight), static_cast<int32_t>(item));
  }
}

int64_t NegativeSampler::available(std::span<const int32_t> excluded) const {
  const auto known =
      std::count_if(excluded.begin(), excluded.end(), [&](int32_t item) { return contains(items_, item); });
  return distinct_items() - known;
}

std::vector<int32_t> NegativeSampler::draw(base::RandomStream& stream, std::span<const int32_t> excluded,
                                           int64_t count) const {
  std::vector<int32_t> drawn;
  while (static_cast<int64_t>(drawn.size()) < count) {
    int32_t item = -1;
    for (int attempt = 0; attempt < kTries && item < 0; ++attempt) {
      const int32_t tried = pool_[stream.below(pool_.size())];
      if (!contains(excluded, tried) && !is_in(drawn, tried)) item = tried;
    }
    drawn.push_back(item >= 0 ? item : draw_exactly(stream, excluded, drawn));
  }
  return drawn;
}

int32_t NegativeSampler::draw_exactly(base::RandomStream& stream, std::span<const int32_t> excluded,
                                      const std::vector<int32_t>& drawn) const {
  std::vector<int64_t> weights = weights_;
  for (size_t i = 0; i < items_.size(); ++i)
    if (contains(excluded, items_[i]) || is_in(drawn, items_[i])) weights[i] = 0;
  const auto total = std::accumulate(weights.begin(), weights.end(), int64_t{0});
  R2RANK_CHECK(total > 0);
  auto rest = static_cast<int64_t>(stream.below(static_cast<uint64_t>(total)));
  size_t i = 0;
  while (rest >= weights[i]) rest -= weights[i++];
  return items_[i];
}

std::vector<int32_t> known_items(const Dataset& dataset, int32_t user) {
  return known_items(dataset, user, static_cast<int32_t>(dataset.events(user).size()));
}

std::vector<int32_t> known_items(const Dataset& dataset, int32_t user, int32_t end) {
  std::vector<int32_t> items;
  for (const Interaction& event : dataset.events(user).first(static_cast<size_t>(end)))
    items.push_back(event.item);
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return items;
}

}  // namespace r2rank::data
