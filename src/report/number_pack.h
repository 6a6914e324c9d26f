#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace r2rank::report {

/// Numbers as base64 text of their little-endian bytes: what a page holds many of. The page reads them back
/// with the function of the same name in page/packed.js.

/// RFC 4648, with padding.
std::string base64(std::span<const uint8_t> bytes);

/// One byte a number, two where the largest is above 255: {"bits": 8 or 16, "data": "..."} as its two parts.
struct PackedWhole {
  int bits = 8;
  std::string data;
};
/// REQUIRES numbers from 0 to 65535.
PackedWhole pack_whole(std::span<const int32_t> values);

/// Two bytes a number: the upper half of a float32, rounded to nearest. Two to three significant digits;
/// infinities and NaN stay.
std::string pack_brief(std::span<const double> values);

/// Values from 0 to 1 in steps of 1/65535, two bytes each; others are cut to that range.
std::string pack_shares(std::span<const double> values);

}  // namespace r2rank::report
