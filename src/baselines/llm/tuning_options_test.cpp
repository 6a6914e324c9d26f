#include "baselines/llm/tuning_options.h"

#include <gtest/gtest.h>

namespace r2rank::baselines {
namespace {

TEST(TuningOptions, RatesRiseThenFallToATenth) {
  TuningOptions options;
  options.warm_up_steps = 4;
  options.schedule_steps = 14;
  EXPECT_DOUBLE_EQ(options.rate_factor(0), 0.2);
  EXPECT_DOUBLE_EQ(options.rate_factor(3), 0.8);
  EXPECT_DOUBLE_EQ(options.rate_factor(8), 1 - 0.9 * 0.5);
  EXPECT_NEAR(options.rate_factor(13), 0.1, 1e-12);
  EXPECT_NEAR(options.rate_factor(1000), 0.1, 1e-12);
}

}  // namespace
}  // namespace r2rank::baselines
