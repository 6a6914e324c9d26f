#include "report/number_pack.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/error.h"

namespace r2rank::report {
namespace {

constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void push(uint16_t value, std::vector<uint8_t>& bytes) {
  bytes.push_back(static_cast<uint8_t>(value & 255));
  bytes.push_back(static_cast<uint8_t>(value >> 8));
}

uint16_t upper_half(double value) {
  const auto bits = std::bit_cast<uint32_t>(static_cast<float>(value));
  if (std::isnan(value)) return 0x7FC0;
  return static_cast<uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);  // ties to even
}

}  // namespace

std::string base64(std::span<const uint8_t> bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - at);
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i) group = group << 8 | (i < count ? bytes[at + i] : 0U);
    for (size_t i = 0; i < 4; ++i) text += i <= count ? kDigits[group >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

PackedWhole pack_whole(std::span<const int32_t> values) {
  const bool wide = std::any_of(values.begin(), values.end(), [](int32_t value) { return value > 255; });
  std::vector<uint8_t> bytes;
  for (const int32_t value : values) {
    R2RANK_CHECK(value >= 0 && value <= 65535);
    wide ? push(static_cast<uint16_t>(value), bytes) : bytes.push_back(static_cast<uint8_t>(value));
  }
  return {wide ? 16 : 8, base64(bytes)};
}

std::string pack_brief(std::span<const double> values) {
  std::vector<uint8_t> bytes;
  for (const double value : values) push(upper_half(value), bytes);
  return base64(bytes);
}

std::string pack_shares(std::span<const double> values) {
  std::vector<uint8_t> bytes;
  for (const double value : values)
    push(static_cast<uint16_t>(std::lround(std::clamp(value, 0.0, 1.0) * 65535)), bytes);
  return base64(bytes);
}

}  // namespace r2rank::report
