#include "metrics/tied_blocks.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "base/error.h"

namespace r2rank::metrics {
namespace {

bool same_place(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

}  // namespace

bool ranks_ahead(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
  return a > b;
}

double gain_of(float relevance) {
  return std::exp2(static_cast<double>(relevance)) - 1;
}

double discount_at(int rank, int k) {
  return rank <= k ? 1 / std::log2(rank + 1.0) : 0;
}

double ideal_dcg(std::span<const float> relevance, int k) {
  std::vector<float> labels(relevance.begin(), relevance.end());
  std::sort(labels.begin(), labels.end(), std::greater<>());
  const int depth = std::min(k, static_cast<int>(labels.size()));
  double total = 0;
  for (int i = 0; i < depth; ++i) total += gain_of(labels[static_cast<size_t>(i)]) * discount_at(i + 1, k);
  return total;
}

std::vector<TiedBlock> tied_blocks(std::span<const double> scores, std::span<const float> relevance) {
  R2RANK_CHECK(scores.size() == relevance.size());
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return ranks_ahead(scores[a], scores[b]); });

  std::vector<TiedBlock> blocks;
  for (size_t place = 0; place < order.size(); ++place) {
    const size_t item = order[place];
    if (place == 0 || !same_place(scores[order[place - 1]], scores[item]))
      blocks.push_back({.start = static_cast<int>(place)});
    TiedBlock& block = blocks.back();
    ++block.size;
    block.relevant += relevance[item] > 0;
    block.gain += gain_of(relevance[item]);
  }
  return blocks;
}

}  // namespace r2rank::metrics
