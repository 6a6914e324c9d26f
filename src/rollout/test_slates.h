#pragma once

// Test support: prepared slates of made-up tokens for the tiny models of model/golden_models.h.

#include <deque>

#include "base/random.h"
#include "rollout/slate_tree.h"

namespace r2rank::rollout {

inline std::vector<int32_t> random_tokens(base::RandomStream& random, uint64_t count) {
  std::vector<int32_t> tokens(count);
  for (auto& token : tokens) token = static_cast<int32_t>(random.below(128));
  return tokens;
}

/// What canonical_slate is given: pieces, keys and labels in some order.
struct RawSlate {
  int64_t id = 0;
  text::PromptPieces pieces;
  std::vector<uint64_t> keys;
  std::vector<float> relevance;

  RawSlate(int64_t number, int candidates) : id(number) {
    base::RandomStream random(5, base::Purpose::kInit, static_cast<uint64_t>(number));
    pieces.history = random_tokens(random, 6 + random.below(10));
    for (int i = 0; i < candidates; ++i) {
      pieces.candidates.push_back(random_tokens(random, 1 + random.below(5)));
      keys.push_back(random.bits());
      relevance.push_back(i == 0 ? 1.0F : 0.0F);
    }
  }
  PreparedSlate prepared() const { return canonical_slate(id, pieces, keys, relevance); }
  /// The same slate with candidate order[i] at place i.
  RawSlate permuted(const std::vector<int>& order) const {
    RawSlate other = *this;
    for (size_t i = 0; i < order.size(); ++i) {
      other.pieces.candidates[i] = pieces.candidates[order[i]];
      other.keys[i] = keys[order[i]];
      other.relevance[i] = relevance[order[i]];
    }
    return other;
  }
};

/// Prepared slates at fixed addresses, and the view of them that the rollout takes.
struct SlateBatch {
  std::deque<PreparedSlate> slates;
  std::vector<const PreparedSlate*> view;

  SlateBatch(const SlateBatch&) = delete;
  SlateBatch& operator=(const SlateBatch&) = delete;
  explicit SlateBatch(const std::vector<RawSlate>& raw) {
    for (const auto& slate : raw) view.push_back(&slates.emplace_back(slate.prepared()));
  }
};

}  // namespace r2rank::rollout
