#include "model/format/rope_scaling.h"

#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

ModelConfig llama3(double factor) {
  ModelConfig config;
  config.family = "llama";
  config.head_width = 64;
  config.rope_base = 500000;
  config.rope_factor = factor;
  return config;
}

std::vector<float> stored(double factor) {
  const auto divisors = rope_divisors(llama3(factor));
  return {divisors.begin(), divisors.end()};
}

TEST(RopeScaling, KeepsShortWavelengthsAndDividesLongOnes) {
  const auto divisors = rope_divisors(llama3(8));
  ASSERT_EQ(divisors.size(), 32u);
  EXPECT_EQ(divisors.front(), 1);
  EXPECT_EQ(divisors.back(), 8);
  for (size_t i = 1; i < divisors.size(); ++i) EXPECT_GE(divisors[i], divisors[i - 1]);
}

// Wavelength 2 pi 500000^(30/64) = 2948.30; smooth = (8192 / 2948.30 - 1) / 3 = 0.592849; 1 / (0.407151 / 8 +
// 0.592849).
TEST(RopeScaling, BlendsBetween) {
  EXPECT_NEAR(rope_divisors(llama3(8))[15], 1.553415, 1e-6);
}

TEST(RopeScaling, RecognisesLlama31AndLlama32) {
  for (const double factor : {8.0, 32.0}) {
    ModelConfig config = llama3(1);
    recognise_rope_scaling(config, stored(factor), "file");
    EXPECT_EQ(config.rope_factor, factor);
    EXPECT_EQ(config.rope_low_frequency, 1);
    EXPECT_EQ(config.rope_high_frequency, 4);
    EXPECT_EQ(config.rope_original_positions, 8192);
  }
}

TEST(RopeScaling, AllOnesAreNoScaling) {
  ModelConfig config = llama3(1);
  recognise_rope_scaling(config, std::vector<float>(32, 1.0f), "file");
  EXPECT_EQ(config.rope_factor, 1);
}

TEST(RopeScaling, RefusesOtherFactorsAndNan) {
  ModelConfig config = llama3(1);
  EXPECT_CONTAINS(data_error([&] { recognise_rope_scaling(config, stored(16), "file"); }),
                  "Llama 3.1 (factor 8)");
  auto damaged = stored(8);
  damaged[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_CONTAINS(data_error([&] { recognise_rope_scaling(config, damaged, "file"); }), "found other values");
}

}  // namespace
}  // namespace r2rank::model
