#include "rollout/slate_items.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace r2rank::rollout {
namespace {

constexpr double kSecondsPerDay = 86400;

/// The count and mean rating of an item, of whose events `rated` have a rating, without one of them.
void take_out(text::PromptItem& item, float rating, int32_t rated) {
  if (item.mean_rating >= 0 && !std::isnan(rating))
    item.mean_rating = rated > 1 ? std::max(0.0, (item.mean_rating * rated - rating) / (rated - 1)) : -1;
  item.count = std::max<int64_t>(item.count - 1, 0);
}

}  // namespace

SlateItems::SlateItems(const data::Dataset& dataset, const data::Split& split)
    : dataset_(dataset), statistics_(data::item_statistics(dataset, split)) {
  for (const auto& event : dataset.interactions) last_time_ = std::max(last_time_, event.time);
}

/// Null where there is none.
const data::Interaction* SlateItems::target(const data::Slate& slate) const {
  const auto events = dataset_.events(slate.user);
  R2RANK_CHECK(slate.history_end >= 0 && slate.history_end <= static_cast<int32_t>(events.size()));
  return slate.history_end == static_cast<int32_t>(events.size()) ? nullptr : &events[slate.history_end];
}

std::vector<text::PromptItem> SlateItems::history(const data::Slate& slate, int64_t most) const {
  const data::Interaction* event = target(slate);
  const int64_t now = event == nullptr ? last_time_ : event->time;
  const auto events = dataset_.events(slate.user);
  const int64_t later = std::max(0, slate.window_end - slate.history_end);
  const int64_t shown =
      std::min<int64_t>(std::max(most - later, std::min<int64_t>(most, 1)), slate.history_end);
  std::vector<text::PromptItem> items;
  for (int64_t i = slate.history_end - shown; i < slate.history_end; ++i)
    items.push_back(history_item(events[i], now));
  return items;
}

text::PromptItem SlateItems::candidate(const data::Slate& slate, int32_t item, bool training) const {
  text::PromptItem described = describe_item(item);
  described.description = dataset_.items[item].description;
  described.count = statistics_.count[item];
  if (!std::isnan(statistics_.mean_rating[item])) described.mean_rating = statistics_.mean_rating[item];
  const data::Interaction* event = target(slate);
  if (training && event != nullptr && event->item == item)
    take_out(described, event->rating, statistics_.rated[item]);
  return described;
}

text::PromptItem SlateItems::describe_item(int32_t item) const {
  const data::Item& source = dataset_.items[item];
  text::PromptItem described;
  described.title = source.title.empty() ? "item " + source.id : source.title;
  described.brand = source.brand;
  described.categories = source.categories;
  return described;
}

text::PromptItem SlateItems::history_item(const data::Interaction& event, int64_t now) const {
  text::PromptItem described = describe_item(event.item);
  if (!std::isnan(event.rating)) described.rating = event.rating;
  if (dataset_.time_kind == data::TimeKind::kReal)
    described.days_ago = std::max(0.0, static_cast<double>(now - event.time) / kSecondsPerDay);
  return described;
}

}  // namespace r2rank::rollout
