#include "metrics/catalogue_blocks.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace r2rank::metrics {
namespace {

struct Place {
  int ahead = 0, tied = 0;
};

/// Branch-free sums over the catalogue: what takes the time where it has tens of thousands of items.
Place place_of(float score, std::span<const float> scores) {
  Place place;
  if (std::isnan(score)) {
    for (const float other : scores) place.ahead += other == other;
    place.tied = static_cast<int>(scores.size()) - place.ahead;
    return place;
  }
  for (const float other : scores) {
    place.ahead += other > score;
    place.tied += other == score;
  }
  return place;
}

Place place_without(float score, std::span<const float> scores, std::span<const float> excluded) {
  const Place all = place_of(score, scores), out = place_of(score, excluded);
  return {all.ahead - out.ahead, all.tied - out.tied};
}

bool same(float a, float b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

bool ahead(float a, float b) {
  if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
  return a > b;
}

std::vector<float> scores_of(std::span<const int32_t> items, std::span<const float> scores) {
  std::vector<float> values;
  for (const int32_t item : items) values.push_back(scores[static_cast<size_t>(item)]);
  return values;
}

/// What lies between the last block and `start`.
void fill_up(std::vector<TiedBlock>& blocks, int start) {
  const int end = blocks.empty() ? 0 : blocks.back().start + blocks.back().size;
  if (start > end) blocks.push_back({.start = end, .size = start - end});
}

}  // namespace

std::vector<TiedBlock> catalogue_blocks(std::span<const float> scores, std::span<const int32_t> relevant,
                                        std::span<const float> relevance, std::span<const int32_t> excluded) {
  R2RANK_CHECK(relevant.size() == relevance.size());
  const auto out = scores_of(excluded, scores), own = scores_of(relevant, scores);
  auto levels = own;
  std::sort(levels.begin(), levels.end(), ahead);
  levels.erase(std::unique(levels.begin(), levels.end(), same), levels.end());
  std::vector<TiedBlock> blocks;
  for (const float level : levels) {
    const Place place = place_without(level, scores, out);
    fill_up(blocks, place.ahead);
    blocks.push_back({.start = place.ahead, .size = place.tied});
    for (size_t i = 0; i < own.size(); ++i) {
      if (!same(own[i], level)) continue;
      blocks.back().relevant += relevance[i] > 0;
      blocks.back().gain += gain_of(relevance[i]);
    }
  }
  fill_up(blocks, static_cast<int>(scores.size() - excluded.size()));
  return blocks;
}

}  // namespace r2rank::metrics
