#include "model/format/half.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/hash.h"
#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

nlohmann::json golden() {
  return nlohmann::json::parse(std::ifstream(golden_path("halves.json")));
}

// Every NaN counts as one, as in the golden script.
template <class Convert>
std::string hash_of_all(Convert convert) {
  std::vector<uint32_t> bits;
  for (uint32_t half = 0; half < 65536; ++half) {
    const float value = convert(static_cast<uint16_t>(half));
    bits.push_back(std::isnan(value) ? 0x7fc00000u : std::bit_cast<uint32_t>(value));
  }
  return base::hash_hex({reinterpret_cast<const char*>(bits.data()), bits.size() * sizeof(uint32_t)});
}

TEST(Half, EveryBinary16NumberWidensAsInNumpy) {
  EXPECT_EQ(hash_of_all(f16_to_f32), golden()["f16"].get<std::string>());
}

TEST(Half, EveryBfloat16NumberWidensAsInTheGgufPackage) {
  EXPECT_EQ(hash_of_all(bf16_to_f32), golden()["bf16"].get<std::string>());
}

TEST(Half, RoundsToNearestEvenAsTheReferences) {
  const auto expected = golden();
  const auto& from = expected["rounded_from"];
  ASSERT_GT(from.size(), 1000u);
  for (size_t i = 0; i < from.size(); ++i) {
    const auto value = std::bit_cast<float>(from[i].get<uint32_t>());
    EXPECT_EQ(f32_to_f16(value), expected["to_f16"][i].get<uint16_t>()) << value;
    EXPECT_EQ(f32_to_bf16(value), expected["to_bf16"][i].get<uint16_t>()) << value;
  }
}

TEST(Half, WideningAndNarrowingGivesEveryNumberBack) {
  for (uint32_t bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    const float wide = f16_to_f32(half), brain = bf16_to_f32(half);
    EXPECT_TRUE(std::isnan(wide) || f32_to_f16(wide) == half) << bits;
    EXPECT_TRUE(std::isnan(brain) || f32_to_bf16(brain) == half) << bits;
  }
}

TEST(Half, NanStaysNanEvenWhereItsPayloadIsCutOff) {
  const auto nan = std::bit_cast<float>(0x7f800001u);
  EXPECT_TRUE(std::isnan(f16_to_f32(f32_to_f16(nan))));
  EXPECT_TRUE(std::isnan(bf16_to_f32(f32_to_bf16(nan))));
}

TEST(Half, WhatIsTooLargeBecomesInfinity) {
  EXPECT_EQ(f32_to_f16(65519.996f), 0x7bff);
  EXPECT_EQ(f32_to_f16(65520.0f), 0x7c00);
  EXPECT_EQ(f32_to_f16(-1e30f), 0xfc00);
}

}  // namespace
}  // namespace r2rank::model
