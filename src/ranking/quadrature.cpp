#include "ranking/quadrature.h"

#include <cmath>

namespace r2rank::ranking {
namespace {

constexpr double kStretch = 36, kLowest = -33,
                 kHighest = 3.6;  // exp(-33) and the mass beyond x = 3.6 are below 1e-14

double stretched(double x) {
  return ((x + kStretch) * (x + kStretch) - kStretch * kStretch) / (2 * kStretch);
}

Quadrature make_quadrature(size_t nodes) {
  Quadrature quadrature{std::vector<Lanes>(nodes / kNodesAtOnce), std::vector<Lanes>(nodes / kNodesAtOnce)};
  const double first = stretched(kLowest),
               step = (stretched(kHighest) - first) / static_cast<double>(nodes - 1);
  double total = 0;
  for (size_t i = 0; i < nodes; ++i) {
    const double x =
        -kStretch + std::sqrt(kStretch * kStretch + 2 * kStretch * (first + static_cast<double>(i) * step));
    const double arrival = std::exp(x);
    const double weight = std::exp(x - arrival) * kStretch / (x + kStretch);
    quadrature.arrival[i / kNodesAtOnce].v[i % kNodesAtOnce] = arrival;
    quadrature.weight[i / kNodesAtOnce].v[i % kNodesAtOnce] = weight;
    total += weight;
  }
  for (auto& lanes : quadrature.weight)
    for (auto& weight : lanes.v) weight /= total;
  return quadrature;
}

}  // namespace

const Quadrature& quadrature_for(size_t items) {
  static const Quadrature few = make_quadrature(112);
  static const Quadrature many = make_quadrature(128);
  return items <= 32 ? few : many;
}

}  // namespace r2rank::ranking
