#include "experiment/standard_score.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace r2rank::experiment {

Spread spread_of(std::span<const double> scores) {
  Spread spread;
  for (const double score : scores)
    if (std::isfinite(score)) spread.sorted.push_back(score);
  std::sort(spread.sorted.begin(), spread.sorted.end());
  if (spread.sorted.empty()) return spread;
  const auto count = static_cast<double>(spread.sorted.size());
  for (const double score : spread.sorted) spread.mean += score / count;
  double squares = 0;
  for (const double score : spread.sorted) squares += (score - spread.mean) * (score - spread.mean) / count;
  spread.deviation = std::sqrt(squares);
  return spread;
}

float standard_score(double score, const Spread& spread, double floor) {
  R2RANK_CHECK(floor > 0);
  if (std::isnan(score)) return static_cast<float>(-kLargestStandard);
  const double standard = (score - spread.mean) / std::max(spread.deviation, floor);
  return static_cast<float>(std::clamp(standard, -kLargestStandard, kLargestStandard));
}

int32_t percentile_of(double score, const Spread& spread) {
  if (std::isnan(score)) return 0;
  if (spread.sorted.empty()) return 50;
  const auto [first, last] = std::equal_range(spread.sorted.begin(), spread.sorted.end(), score);
  const auto below = static_cast<double>(first - spread.sorted.begin());
  const auto tied = static_cast<double>(last - first);
  return static_cast<int32_t>(
      std::lround(100 * (below + tied / 2) / static_cast<double>(spread.sorted.size())));
}

}  // namespace r2rank::experiment
