#pragma once

#include <span>
#include <vector>

namespace r2rank::metrics {

/// A maximal run of equal scores in the ranking, best first: it fills the places start .. start + size - 1
/// (0-based).
struct TiedBlock {
  int start = 0, size = 0;
  int relevant = 0;  ///< how many of its items have a label above 0
  double gain = 0;   ///< sum of 2^rel - 1 over its items
};

/// The ranking that scores define, as blocks in order; NaN scores form the last block. REQUIRES equal
/// lengths.
std::vector<TiedBlock> tied_blocks(std::span<const double> scores, std::span<const float> relevance);

/// Whether a score ranks before another: higher, or a number where the other is NaN.
bool ranks_ahead(double a, double b);
/// 2^rel - 1.
double gain_of(float relevance);
/// 1/log2(rank + 1) for ranks 1..k, 0 beyond.
double discount_at(int rank, int k);
/// The highest DCG@k any order of these labels can reach.
double ideal_dcg(std::span<const float> relevance, int k);

}  // namespace r2rank::metrics
