#include "rollout/slate_prompts.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/hash.h"

namespace r2rank::rollout {
namespace {

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

std::vector<const PreparedSlate*> pointers_to(const std::vector<PreparedSlate>& slates) {
  std::vector<const PreparedSlate*> pointers;
  for (const auto& slate : slates) pointers.push_back(&slate);
  return pointers;
}

SlatePrompts::SlatePrompts(const data::Dataset& dataset, const data::Split& split,
                           const text::PromptBuilder& builder, SignalSource* signals)
    : dataset_(dataset), builder_(builder), items_(dataset, split), signals_(signals) {}

PreparedSlate SlatePrompts::prepare(const data::Slate& slate, bool training) const {
  return prepare(slate, training, {});
}

PreparedSlate SlatePrompts::prepare(const data::Slate& slate, bool training, const PromptView& view) const {
  std::vector<text::PromptItem> candidates;
  std::vector<uint64_t> keys;
  SlateSignals signals = signals_ != nullptr ? signals_->of(slate, training) : SlateSignals();
  for (const int32_t item : slate.candidates) {
    keys.push_back(base::hash64(dataset_.items[item].id));
    candidates.push_back(items_.candidate(slate, item, training));
    if (view.made_up_names) rename(candidates.back(), keys.back());
    if (signals_ != nullptr)
      candidates.back().signals = named(signals_->names(), signals.percentiles[keys.size() - 1]);
  }
  PreparedSlate prepared = canonical_slate(slate.id, builder_.build(shown_history(slate, view), candidates),
                                           keys, slate.relevance, std::move(signals.features));
  prepared.user = slate.user;
  return prepared;
}

std::vector<text::PromptItem> SlatePrompts::shown_history(const data::Slate& slate,
                                                          const PromptView& view) const {
  int64_t shown = builder_.config().history_items;
  if (view.history_items >= 0) shown = std::min(shown, view.history_items);
  auto history = items_.history(slate, shown);
  const auto events = dataset_.events(slate.user).subspan(slate.history_end - history.size());
  for (size_t i = 0; view.made_up_names && i < history.size(); ++i)
    rename(history[i], base::hash64(dataset_.items[events[i].item].id));
  if (view.shuffled_history)
    study_stream(view.seed, static_cast<uint64_t>(slate.id), view.variant).shuffle(std::span(history));
  return history;
}

}  // namespace r2rank::rollout
