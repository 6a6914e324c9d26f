#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace r2rank::experiment {

/// How one ranker's scores of the reference items are spread for one user.
struct Spread {
  double mean = 0, deviation = 0;  ///< 0 where there are no scores
  std::vector<double> sorted;      ///< ascending
};

/// Scores that are no number, or infinite, are left out.
Spread spread_of(std::span<const double> scores);

/// Largest absolute standard score.
inline constexpr double kLargestStandard = 10;
/// (score - mean) / max(deviation, floor), cut at +-kLargestStandard; what is no number counts as the lowest.
/// REQUIRES: floor > 0.
float standard_score(double score, const Spread& spread, double floor);

/// Share of the reference scores below `score`, ties counted half, in whole percent; 50 without any, 0 for
/// what is no number.
int32_t percentile_of(double score, const Spread& spread);

}  // namespace r2rank::experiment
