#include "rollout/reason_gate.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace r2rank::rollout {

double doubt_of(std::span<const double> silent) {
  if (silent.size() < 2) return 0;
  if (!std::all_of(silent.begin(), silent.end(), [](double score) { return std::isfinite(score); })) return 1;
  const double most = *std::max_element(silent.begin(), silent.end());
  double total = 0, weighted = 0;  // of exp(s), and of exp(s) s, with s = score - most
  for (const double score : silent) {
    total += std::exp(score - most);
    weighted += std::exp(score - most) * (score - most);
  }
  const double entropy = std::log(total) - weighted / total;
  return std::clamp(entropy / std::log(static_cast<double>(silent.size())), 0.0, 1.0);
}

std::vector<SlateRollout> reason_where_doubtful(const Reasoner& reasoner,
                                                std::span<const PreparedSlate* const> slates,
                                                double least_doubt, const Reasoning& reasoning) {
  std::vector<SlateRollout> rollouts(slates.size());
  std::vector<const PreparedSlate*> doubtful;
  std::vector<size_t> places;
  auto silent = reasoner.silent_scores(slates);
  for (size_t b = 0; b < slates.size(); ++b) {
    rollouts[b].silent = std::move(silent[b]);
    rollouts[b].prompt_tokens = slate_tokens(*slates[b], reasoner.frame(), 0, 0);
    if (doubt_of(rollouts[b].silent) < least_doubt) continue;
    doubtful.push_back(slates[b]);
    places.push_back(b);
  }
  if (doubtful.empty()) return rollouts;
  auto found = reasoning(doubtful);
  R2RANK_CHECK(found.size() == doubtful.size());
  for (size_t i = 0; i < found.size(); ++i) {
    found[i].prompt_tokens += rollouts[places[i]].prompt_tokens;
    rollouts[places[i]] = std::move(found[i]);
  }
  return rollouts;
}

}  // namespace r2rank::rollout
