#include "distill/asked_pairs.h"

#include <algorithm>
#include <set>
#include <utility>

namespace r2rank::distill {
namespace {

/// Draws in vain, one after the other, after which there are hardly any new targets left.
constexpr int64_t kVainDraws = 2000;

void add_slate(AskedPairs& asked, data::Slate slate, int64_t count, int64_t asked_negatives) {
  const size_t index = asked.slates.size();
  const auto add = [&](bool label, int64_t most) {
    for (size_t i = 0; i < slate.candidates.size() && most > 0; ++i) {
      if ((slate.relevance[i] > 0) != label || static_cast<int64_t>(asked.pairs.size()) >= count) continue;
      asked.pairs.push_back({index, slate.candidates[i], label});
      --most;
    }
  };
  add(true, 1);
  add(false, asked_negatives);
  asked.slates.push_back(std::move(slate));
}

}  // namespace

AskedPairs draw_pairs(const data::TrainingSlates& slates, int64_t count, int64_t asked_negatives,
                      int64_t first) {
  AskedPairs asked;
  asked.next_slate = first;
  std::set<std::pair<int32_t, int32_t>> seen;  // user, place of the target
  int64_t in_vain = 0;
  while (static_cast<int64_t>(asked.pairs.size()) < count && in_vain < kVainDraws) {
    data::Slate slate = slates.draw(asked.next_slate++);
    if (!seen.emplace(slate.user, slate.history_end).second) {
      ++in_vain;
      continue;
    }
    in_vain = 0;
    add_slate(asked, std::move(slate), count, asked_negatives);
  }
  return asked;
}

}  // namespace r2rank::distill
