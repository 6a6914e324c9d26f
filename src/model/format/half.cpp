#include "model/format/half.h"

namespace r2rank::model {
namespace {

constexpr uint32_t kInfinity = 0x7f800000u;
constexpr uint32_t kTwoTo16 = 0x47800000u;         // above every binary16 number
constexpr uint32_t kSmallestNormal = 0x38800000u;  // 2^-14

// Adding 0.5 lines the binary16 subnormal step (2^-24) up with the last bit of the f32 sum, which the
// hardware rounds.
uint32_t round_subnormal(uint32_t magnitude) {
  return std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) - std::bit_cast<uint32_t>(0.5f);
}

uint32_t round_normal(uint32_t magnitude) {
  const uint32_t even = (magnitude >> 13) & 1u;
  return (magnitude + 0xfffu + even - (112u << 23)) >> 13;
}

}  // namespace

uint16_t f32_to_f16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = (bits >> 16) & 0x8000u;
  const uint32_t magnitude = bits & 0x7fffffffu;
  uint32_t half = 0;
  if (magnitude > kInfinity) {
    half = 0x7e00u | ((magnitude >> 13) & 0x3ffu);
  } else if (magnitude >= kTwoTo16) {
    half = 0x7c00u;
  } else {
    half = magnitude < kSmallestNormal ? round_subnormal(magnitude) : round_normal(magnitude);
  }
  return static_cast<uint16_t>(sign | half);
}

uint16_t f32_to_bf16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7fffffffu) > kInfinity) return static_cast<uint16_t>((bits >> 16) | 0x40u);
  const uint32_t even = (bits >> 16) & 1u;
  return static_cast<uint16_t>((bits + 0x7fffu + even) >> 16);
}

}  // namespace r2rank::model
