#include "rollout/slate_prompts.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/hash.h"

namespace r2rank::rollout {
namespace {

constexpr double kSecondsPerDay = 86400;

/// The count and mean rating of an item, of whose events `rated` have a rating, without one of them.
void take_out(text::PromptItem& item, float rating, int32_t rated) {
  if (item.mean_rating >= 0 && !std::isnan(rating))
    item.mean_rating = rated > 1 ? std::max(0.0, (item.mean_rating * rated - rating) / (rated - 1)) : -1;
  item.count = std::max<int64_t>(item.count - 1, 0);
}

std::vector<std::pair<std::string, int32_t>> named(const std::vector<std::string>& names,
                                                   const std::vector<int32_t>& percentiles) {
  R2RANK_CHECK(names.size() == percentiles.size());
  std::vector<std::pair<std::string, int32_t>> pairs;
  for (size_t i = 0; i < names.size(); ++i) pairs.emplace_back(names[i], percentiles[i]);
  return pairs;
}

}  // namespace

std::vector<double> PreparedSlate::in_slate_order(const std::vector<double>& canonical) const {
  R2RANK_CHECK(canonical.size() == order.size());
  std::vector<double> values(order.size());
  for (size_t i = 0; i < order.size(); ++i) values[order[i]] = canonical[i];
  return values;
}

PreparedSlate canonical_slate(int64_t id, text::PromptPieces pieces, const std::vector<uint64_t>& keys,
                              const std::vector<float>& relevance, std::vector<std::vector<float>> signals) {
  R2RANK_CHECK(signals.empty() || signals.size() == keys.size());
  PreparedSlate prepared;
  prepared.id = id;
  prepared.order.resize(keys.size());
  std::iota(prepared.order.begin(), prepared.order.end(), 0);
  std::sort(prepared.order.begin(), prepared.order.end(), [&](int32_t a, int32_t b) {
    return std::tie(pieces.candidates[a], keys[a]) < std::tie(pieces.candidates[b], keys[b]);
  });
  prepared.pieces.history = std::move(pieces.history);
  for (const int32_t index : prepared.order) {
    prepared.pieces.candidates.push_back(std::move(pieces.candidates[index]));
    prepared.item_keys.push_back(keys[index]);
    prepared.relevance.push_back(relevance[index]);
    if (!signals.empty()) prepared.signals.push_back(std::move(signals[index]));
  }
  return prepared;
}

SlatePrompts::SlatePrompts(const data::Dataset& dataset, const data::Split& split,
                           const text::PromptBuilder& builder, SignalSource* signals)
    : dataset_(dataset),
      builder_(builder),
      statistics_(data::item_statistics(dataset, split)),
      signals_(signals) {}

PreparedSlate SlatePrompts::prepare(const data::Slate& slate, bool training) const {
  const auto events = dataset_.events(slate.user);
  R2RANK_CHECK(slate.history_end >= 0 && slate.history_end < static_cast<int32_t>(events.size()));
  const data::Interaction& target = events[slate.history_end];
  const int64_t shown = std::min<int64_t>(builder_.config().history_items, slate.history_end);
  std::vector<text::PromptItem> history, candidates;
  // The prompt's past ends before the target: nothing at or after history_end is ever read into it.
  for (int64_t i = slate.history_end - shown; i < slate.history_end; ++i)
    history.push_back(history_item(events[i], target.time));
  std::vector<uint64_t> keys;
  SlateSignals signals = signals_ != nullptr ? signals_->of(slate, training) : SlateSignals();
  for (const int32_t item : slate.candidates) {
    const bool own = training && item == target.item;
    candidates.push_back(candidate_item(item, own ? &target : nullptr));
    keys.push_back(base::hash64(dataset_.items[item].id));
    if (signals_ != nullptr)
      candidates.back().signals = named(signals_->names(), signals.percentiles[keys.size() - 1]);
  }
  return canonical_slate(slate.id, builder_.build(history, candidates), keys, slate.relevance,
                         std::move(signals.features));
}

text::PromptItem SlatePrompts::describe_item(int32_t item) const {
  const data::Item& source = dataset_.items[item];
  text::PromptItem described;
  described.title = source.title.empty() ? "item " + source.id : source.title;
  described.brand = source.brand;
  described.categories = source.categories;
  return described;
}

text::PromptItem SlatePrompts::history_item(const data::Interaction& event, int64_t now) const {
  text::PromptItem described = describe_item(event.item);
  if (!std::isnan(event.rating)) described.rating = event.rating;
  if (dataset_.time_kind == data::TimeKind::kReal)
    described.days_ago = std::max(0.0, static_cast<double>(now - event.time) / kSecondsPerDay);
  return described;
}

text::PromptItem SlatePrompts::candidate_item(int32_t item, const data::Interaction* own_event) const {
  text::PromptItem described = describe_item(item);
  described.description = dataset_.items[item].description;
  described.count = statistics_.count[item];
  if (!std::isnan(statistics_.mean_rating[item])) described.mean_rating = statistics_.mean_rating[item];
  if (own_event != nullptr) take_out(described, own_event->rating, statistics_.rated[item]);
  return described;
}

}  // namespace r2rank::rollout
