#include "learn/optimisation_config.h"

#include <gtest/gtest.h>

#include "data/test_support.h"

namespace r2rank::learn {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;

std::string refusal(const OptimisationConfig& config) {
  return error_of(base::ErrorKind::kUsage, [&] { config.check_tuning("sft"); });
}

TEST(OptimisationConfigs, GiveTheOptimiserItsSettings) {
  OptimisationConfig config;
  config.weight_decay = 0.5;
  config.clip_norm = 2;
  EXPECT_EQ(config.adamw_options().weight_decay, 0.5);
  EXPECT_EQ(config.adamw_options().clip, 2);
}

TEST(OptimisationConfigs, RefuseWhatTrainsNothing) {
  OptimisationConfig config;
  EXPECT_NO_THROW(config.check_tuning("sft"));
  config.model_options.tuning = "frozen";
  expect_parts(refusal(config), {"[sft]", "tuning = frozen trains nothing"});
  config.model_options.tuning = "head";
  config.model_options.readout = "verdict";
  expect_parts(refusal(config), {"no head to train"});
  config.model_options.tuning = "lora";
  config.model_options.lora_targets.clear();
  expect_parts(refusal(config), {"adapts nothing"});
}

TEST(OptimisationConfigs, DescribeEveryKeyOnce) {
  OptimisationConfig config;
  base::ConfigFields fields;
  config.describe(fields);
  fields.set("learning_rate", "0.25");
  fields.set("tuning", "lora");
  EXPECT_EQ(config.learning_rate, 0.25);
  EXPECT_EQ(config.model_options.tuning, "lora");
}

}  // namespace
}  // namespace r2rank::learn
