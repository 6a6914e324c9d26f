#include "model/fast_exp.h"

#include <gtest/gtest.h>

#include <cmath>

namespace r2rank::model {
namespace {

TEST(FastExp, IsCloseToTheLibraryOverItsRange) {
  double worst = 0;
  for (double x = -86.9; x < 87.9; x += 0.00097) {
    const double expected = std::exp(static_cast<double>(static_cast<float>(x)));
    worst = std::max(worst, std::abs(fast_exp(static_cast<float>(x)) - expected) / expected);
  }
  EXPECT_LT(worst, 3e-7);
}

TEST(FastExp, SaturatesInsteadOfOverflowing) {
  EXPECT_LT(fast_exp(-1e30F), 1e-37F);
  EXPECT_TRUE(std::isfinite(fast_exp(1e30F)));
  EXPECT_FLOAT_EQ(fast_exp(0), 1);
}

}  // namespace
}  // namespace r2rank::model
