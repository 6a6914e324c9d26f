#include "rollout/reason_about_best.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/stable_sort.h"

namespace r2rank::rollout {
namespace {

/// Ascending indices of the largest scores; those that are no numbers come last, as in rankings.
std::vector<int64_t> best(const std::vector<double>& scores, int64_t most) {
  std::vector<int64_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  order = base::stable_sorted(std::move(order), [&](int64_t a, int64_t b) {
    if (std::isnan(scores[a]) || std::isnan(scores[b]))
      return std::isnan(scores[b]) && !std::isnan(scores[a]);
    return scores[a] > scores[b];
  });
  order.resize(std::min<size_t>(order.size(), static_cast<size_t>(most)));
  std::sort(order.begin(), order.end());
  return order;
}

/// What was found about a part put where its candidates stand in the whole slate.
void put_back(SlateRollout& whole, const PreparedSlate& part, SlateRollout&& found) {
  whole.rationales.resize(whole.silent.size());
  whole.scores.resize(whole.silent.size());
  for (size_t i = 0; i < part.order.size(); ++i) {
    whole.rationales[part.order[i]] = std::move(found.rationales[i]);
    whole.scores[part.order[i]] = std::move(found.scores[i]);
  }
  whole.prompt_tokens += found.prompt_tokens;
  whole.sampled_tokens += found.sampled_tokens;
}

}  // namespace

PreparedSlate part_of(const PreparedSlate& slate, const std::vector<int64_t>& chosen) {
  PreparedSlate part;
  part.id = slate.id;
  part.pieces.history = slate.pieces.history;
  for (const int64_t index : chosen) {
    part.pieces.candidates.push_back(slate.pieces.candidates[index]);
    part.order.push_back(static_cast<int32_t>(index));
    part.item_keys.push_back(slate.item_keys[index]);
    part.relevance.push_back(slate.relevance[index]);
    if (!slate.signals.empty()) part.signals.push_back(slate.signals[index]);
  }
  return part;
}

std::vector<SlateRollout> reason_about_best(const Reasoner& reasoner,
                                            std::span<const PreparedSlate* const> slates, int64_t most,
                                            const Reasoning& reasoning) {
  R2RANK_CHECK(most > 0);
  std::vector<SlateRollout> rollouts(slates.size());
  std::vector<PreparedSlate> parts;
  auto silent = reasoner.silent_scores(slates);
  for (size_t b = 0; b < slates.size(); ++b) {
    rollouts[b].silent = std::move(silent[b]);
    rollouts[b].prompt_tokens = slate_tokens(*slates[b], reasoner.frame(), 0, 0);
    parts.push_back(part_of(*slates[b], best(rollouts[b].silent, most)));
  }
  std::vector<const PreparedSlate*> pointers;
  for (const auto& part : parts) pointers.push_back(&part);
  auto found = reasoning(pointers);
  R2RANK_CHECK(found.size() == slates.size());
  for (size_t b = 0; b < slates.size(); ++b) put_back(rollouts[b], parts[b], std::move(found[b]));
  return rollouts;
}

}  // namespace r2rank::rollout
