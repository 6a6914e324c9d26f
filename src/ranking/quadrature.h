#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace r2rank::ranking {

/// Eight quadrature nodes side by side: what one vector register holds.
constexpr size_t kNodesAtOnce = 8;
struct alignas(64) Lanes {
  std::array<double, kNodesAtOnce> v{};
};

/// Nodes for integrals over u in (0, 1) by the trapezoid rule after u = exp(-exp(x)), x = -L + sqrt(L^2 + 2 L
/// t), L = 36, over x in [-33, 3.6]. The first substitution spreads both ends of u; the second widens the
/// step to the left, where the weight exp(x) is so small that a coarser step does no harm. Weights sum to 1.
struct Quadrature {
  std::vector<Lanes> arrival;  ///< exp(x): the relevant item's arrival time, in units of its mean
  std::vector<Lanes> weight;   ///< du
};

/// 112 nodes for up to 32 items, 128 for more (measured errors: docs/metrics.md).
const Quadrature& quadrature_for(size_t items);

}  // namespace r2rank::ranking
