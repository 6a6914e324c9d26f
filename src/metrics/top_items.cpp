#include "metrics/top_items.h"

#include <algorithm>

#include "base/error.h"
#include "metrics/tied_blocks.h"

namespace r2rank::metrics {
namespace {

constexpr size_t kMostTied = 64;

double kth_score(std::span<const double> scores, int k) {
  std::vector<double> copy(scores.begin(), scores.end());
  std::nth_element(copy.begin(), copy.begin() + (k - 1), copy.end(), ranks_ahead);
  return copy[static_cast<size_t>(k - 1)];
}

void take_tied(TopItems& top) {
  top.certain.insert(top.certain.end(), top.tied.begin(), top.tied.end());
  top.tied.clear();
  top.places = 0;
}

/// Fewer tied items stand for all of them: which 64 is a matter of chance, so the expectation stays.
std::vector<int32_t> drawn(const std::vector<int32_t>& tied, base::RandomStream random) {
  if (tied.size() <= kMostTied) return tied;
  std::vector<int32_t> sample;
  for (const uint64_t place : random.sample(tied.size(), kMostTied)) sample.push_back(tied[place]);
  return sample;
}

using Distance = std::function<double(int32_t, int32_t)>;

double sum_within(std::span<const int32_t> items, const Distance& distance) {
  double total = 0;
  for (size_t i = 0; i < items.size(); ++i)
    for (size_t j = i + 1; j < items.size(); ++j) total += distance(items[i], items[j]);
  return total;
}

double sum_between(std::span<const int32_t> some, std::span<const int32_t> others, const Distance& distance) {
  double total = 0;
  for (const int32_t item : some)
    for (const int32_t other : others) total += distance(item, other);
  return total;
}

}  // namespace

TopItems top_items(std::span<const double> scores, int k) {
  R2RANK_CHECK(k >= 1);
  TopItems top;
  const bool all = scores.size() <= static_cast<size_t>(k);
  const double limit = all ? 0 : kth_score(scores, k);
  for (size_t i = 0; i < scores.size(); ++i) {
    if (all || ranks_ahead(scores[i], limit))
      top.certain.push_back(static_cast<int32_t>(i));
    else if (!ranks_ahead(limit, scores[i]))
      top.tied.push_back(static_cast<int32_t>(i));
  }
  if (all) return top;
  top.places = k - static_cast<int>(top.certain.size());
  if (static_cast<size_t>(top.places) == top.tied.size()) take_tied(top);
  return top;
}

double mean_over_top(const TopItems& top, const std::function<double(int32_t)>& value) {
  R2RANK_CHECK(top.size() > 0);
  double total = 0, tied = 0;
  for (const int32_t item : top.certain) total += value(item);
  for (const int32_t item : top.tied) tied += value(item);
  return (total + tied * top.tied_probability()) / top.size();
}

double mean_distance_in_top(const TopItems& top, const Distance& distance, base::RandomStream random) {
  if (top.size() < 2) return 0;
  const auto tied = drawn(top.tied, random);
  double total = sum_within(top.certain, distance);
  if (!tied.empty()) {
    const auto count = static_cast<double>(tied.size());
    total += sum_between(top.certain, tied, distance) * top.places / count;
    if (top.places > 1)
      total += sum_within(tied, distance) * top.places * (top.places - 1.0) / (count * (count - 1));
  }
  return total / (top.size() * (top.size() - 1.0) / 2);
}

}  // namespace r2rank::metrics
