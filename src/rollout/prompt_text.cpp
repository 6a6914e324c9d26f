#include "rollout/prompt_text.h"

#include <algorithm>

#include "base/error.h"

namespace r2rank::rollout {

PromptText prompt_text(const SlateTree& forest, std::span<const PreparedSlate* const> slates) {
  const auto size = static_cast<size_t>(forest.tree.size());
  std::vector<int64_t> before(size, -1);
  std::vector<double> weights(size, 0.0);
  size_t candidate = 0;
  for (const auto* slate : slates) {
    const auto& relevance = slate->relevance;
    if (!slate->labelled) {
      candidate += relevance.size();
      continue;
    }
    const auto relevant = std::count_if(relevance.begin(), relevance.end(), [](float r) { return r > 0; });
    for (size_t i = 0; i < relevance.size(); ++i, ++candidate) {
      if (relevance[i] <= 0) continue;
      R2RANK_CHECK(candidate < forest.candidate_nodes.size());
      const auto path = forest.tree.path(forest.candidate_nodes[candidate]);
      if (path.size() < 2) continue;  // nothing stands before its only token
      const double share = 1.0 / (static_cast<double>(relevant) * static_cast<double>(path.size() - 1));
      for (size_t place = 1; place < path.size(); ++place) {
        before[path[place]] = path[place - 1];
        weights[path[place]] += share;
      }
    }
  }
  PromptText text;
  for (size_t place = 0; place < size; ++place) {
    if (before[place] < 0) continue;
    text.from.push_back(before[place]);
    text.tokens.push_back(forest.tree.tokens()[place]);
    text.weights.push_back(static_cast<float>(weights[place]));
  }
  return text;
}

}  // namespace r2rank::rollout
