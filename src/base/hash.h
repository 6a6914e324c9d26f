#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace r2rank::base {

/// 128-bit XXH3 of the bytes as 32 hexadecimal digits: the hash that dataset, slate and model files carry.
std::string hash_hex(std::string_view bytes);
/// 64-bit XXH3 of the bytes.
uint64_t hash64(std::string_view bytes);

}  // namespace r2rank::base
