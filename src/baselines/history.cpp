#include "baselines/history.h"

#include <algorithm>

#include "base/error.h"

namespace r2rank::baselines {

std::span<const data::Interaction> history_of(const data::Dataset& dataset, const data::Slate& slate) {
  const auto events = dataset.events(slate.user);
  R2RANK_CHECK(slate.history_end >= 0 && static_cast<size_t>(slate.history_end) <= events.size());
  return events.first(slate.history_end);
}

std::vector<int32_t> recent_items(const data::Dataset& dataset, const data::Slate& slate, int64_t count) {
  const auto history = history_of(dataset, slate);
  std::vector<int32_t> items;
  for (const data::Interaction& event : history.last(std::min(history.size(), static_cast<size_t>(count)))) {
    items.push_back(event.item);
  }
  return items;
}

std::vector<int32_t> distinct_items(std::span<const data::Interaction> events) {
  std::vector<int32_t> items;
  for (const data::Interaction& event : events) items.push_back(event.item);
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return items;
}

}  // namespace r2rank::baselines
