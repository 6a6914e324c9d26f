#pragma once

#include <bit>
#include <cstdint>

namespace r2rank::model {

/// exp(x) in f32 to about 2 units in the last place, in operations a compiler turns into vector instructions
/// (std::exp is a call for each element). Saturates below -87 and above 88 instead of reaching 0 or infinity;
/// NaN stays NaN.
inline float fast_exp(float x) {
  constexpr float kLog2E = 1.44269504088896341F, kHigh = 0.693359375F,
                  kLow = -2.12194440e-4F;  // kHigh + kLow = ln 2
  constexpr float kRound = 12582912.0F;    // 1.5 * 2^23: adding it rounds to a whole number
  x = x < -87.0F ? -87.0F : x;
  x = x > 88.0F ? 88.0F : x;
  const float shifted = x * kLog2E + kRound;
  const float n = shifted - kRound;
  const float r = (x - n * kHigh) - n * kLow;
  // Cephes' polynomial for exp on [-ln 2 / 2, ln 2 / 2].
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  const int32_t exponent = (std::bit_cast<int32_t>(shifted) - std::bit_cast<int32_t>(kRound) + 127) << 23;
  return p * std::bit_cast<float>(exponent);
}

}  // namespace r2rank::model
