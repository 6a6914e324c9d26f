#pragma once

#include <string>
#include <string_view>

namespace r2rank::base {

/// SHA-256 (FIPS 180-4) of the bytes as 64 lower-case hexadecimal digits: for files that other tools check
/// too (`sha256sum`); our own hashes are hash_hex().
std::string sha256_hex(std::string_view bytes);

}  // namespace r2rank::base
