#include "rollout/slate_prompts.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/hash.h"

namespace r2rank::rollout {
std::vector<double> PreparedSlate::in_slate_order(const std::vector<double>& canonical) const {
  R2RANK_CHECK(canonical.size() == order.size());
  std::vector<double> values(order.size());
  for (size_t i = 0; i < order.size(); ++i) values[order[i]] = canonical[i];
  return values;
}

PreparedSlate canonical_slate(int64_t id, text::PromptPieces pieces, const std::vector<uint64_t>& keys,
                              const std::vector<float>& relevance) {
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
  }
  return prepared;
}

SlatePrompts::SlatePrompts(const data::Dataset& dataset, const data::Split& split,
                           const text::PromptBuilder& builder)
    : dataset_(dataset), builder_(builder), items_(dataset, split) {}

PreparedSlate SlatePrompts::prepare(const data::Slate& slate, bool training) const {
  std::vector<text::PromptItem> candidates;
  std::vector<uint64_t> keys;
  for (const int32_t item : slate.candidates) {
    candidates.push_back(items_.candidate(slate, item, training));
    keys.push_back(base::hash64(dataset_.items[item].id));
  }
  const auto history = items_.history(slate, builder_.config().history_items);
  return canonical_slate(slate.id, builder_.build(history, candidates), keys, slate.relevance);
}

}  // namespace r2rank::rollout
