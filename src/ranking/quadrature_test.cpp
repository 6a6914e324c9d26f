#include "ranking/quadrature.h"

#include <gtest/gtest.h>

#include <cmath>

namespace r2rank::ranking {
namespace {

TEST(Quadrature, IntegratesPowersOfU) {
  for (const size_t items : {20u, 100u}) {
    const auto& quadrature = quadrature_for(items);
    for (const double power : {0.0, 1.0, 2.5, 30.0, 1e4}) {
      double total = 0;
      for (size_t i = 0; i < quadrature.weight.size(); ++i)
        for (size_t l = 0; l < kNodesAtOnce; ++l)
          total += quadrature.weight[i].v[l] * std::exp(-power * quadrature.arrival[i].v[l]);
      EXPECT_NEAR(total, 1 / (power + 1), 1e-13) << "integral of u^" << power;
    }
  }
}

TEST(Quadrature, HasMoreNodesForLongerSlates) {
  EXPECT_EQ(quadrature_for(32).weight.size() * kNodesAtOnce, 112u);
  EXPECT_EQ(quadrature_for(33).weight.size() * kNodesAtOnce, 128u);
}

}  // namespace
}  // namespace r2rank::ranking
