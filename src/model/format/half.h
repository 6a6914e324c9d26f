#pragma once

#include <bit>
#include <cstdint>

namespace r2rank::model {

/// IEEE binary16 to f32, exact. Branch-free, so that loops over it vectorise.
inline float f16_to_f32(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t magnitude = half & 0x7fffu;
  const uint32_t normal = (magnitude << 13) + (112u << 23);  // exponent bias 15 -> 127
  const uint32_t infinite = (magnitude << 13) | 0x7f800000u;
  const auto subnormal = std::bit_cast<uint32_t>(static_cast<float>(magnitude) * 0x1p-24f);
  const uint32_t finite = magnitude < 0x0400u ? subnormal : normal;
  return std::bit_cast<float>(sign | (magnitude >= 0x7c00u ? infinite : finite));
}

/// bfloat16 to f32, exact.
inline float bf16_to_f32(uint16_t half) {
  return std::bit_cast<float>(static_cast<uint32_t>(half) << 16);
}

/// f32 to IEEE binary16, to nearest even; too large becomes infinity, NaN stays NaN.
uint16_t f32_to_f16(float value);
/// f32 to bfloat16, to nearest even; NaN stays NaN.
uint16_t f32_to_bf16(float value);

}  // namespace r2rank::model
