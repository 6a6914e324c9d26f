#include "baselines/llm/llm_scorer.h"

#include <gtest/gtest.h>

namespace r2rank::baselines {
namespace {

TEST(LlmWork, SecondsFollowFromTheModelsShape) {
  model::ModelConfig config;
  config.layers = 2, config.width = 10, config.heads = 2, config.kv_heads = 1, config.head_width = 5;
  config.ffn_width = 20, config.vocabulary = 100;
  // Blocks: 2 layers of 10 x (q 10 + k 5 + v 5) + 10 x 10 + 3 x 10 x 20 = 1,800 weights; output 1,000.
  const LlmWork work{.slates = 3, .requests_per_slate = 0, .read_per_slate = 50, .written_per_slate = 4};
  const double expected = 3 * (2 * 1800 * 50 / (1e6 * 0.7) + 2 * 2800.0 * 4 / (1e6 * 0.1));
  EXPECT_NEAR(seconds_of(work, config, 1e6), expected, 1e-12);
}

TEST(LlmWork, ASampleIsTheFirstSlatesAndNoMoreThanThereAre) {
  const std::vector<data::Slate> slates(100);
  EXPECT_EQ(sample_of(slates).size(), 32U);
  EXPECT_EQ(sample_of(slates).data(), slates.data());
  EXPECT_EQ(sample_of(std::span(slates).first(3)).size(), 3U);
}

}  // namespace
}  // namespace r2rank::baselines
