#include "baselines/neural/flat_parameters.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

namespace r2rank::baselines {
namespace {

TEST(FlatParameters, StepsAsAdamWorkedByHand) {
  FlatParameters parameters;
  parameters.add("w", {1}, constant_draw(1));
  parameters.allocate(1);
  double w = 1, m = 0, v = 0;
  for (int step = 1; step <= 5; ++step) {
    const double g = 0.1 * step;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    w -= 0.01 * (m / (1 - std::pow(0.9, step))) / (std::sqrt(v / (1 - std::pow(0.999, step))) + 1e-8);
    parameters.gradients()[0] = static_cast<float>(g);
    parameters.step(0.01);
    EXPECT_NEAR(parameters.values()[0], w, 1e-6);
  }
}

TEST(FlatParameters, BeginsBySeedAndNameAndReturnsToWhatWasKept) {
  const auto drawn = [](uint64_t seed, const char* name) {
    FlatParameters parameters;
    parameters.add(name, {3, 2}, normal_draw(1));
    parameters.allocate(seed);
    return parameters.tensors()[0].second.clone();
  };
  EXPECT_TRUE(at::equal(drawn(1, "a"), drawn(1, "a")));
  EXPECT_FALSE(at::equal(drawn(1, "a"), drawn(2, "a")));
  EXPECT_FALSE(at::equal(drawn(1, "a"), drawn(1, "b")));
  FlatParameters parameters;
  parameters.add("a", {2}, constant_draw(4));
  parameters.allocate(1);
  parameters.keep();
  parameters.values()[1] = 9;
  parameters.restore();
  EXPECT_EQ(parameters.values()[1], 4);
}

}  // namespace
}  // namespace r2rank::baselines
