#pragma once

#include <cstdint>
#include <string_view>

namespace r2rank::base {

/// CRC-32C (Castagnoli polynomial, RFC 3720 appendix B.4) of the bytes.
uint32_t crc32c(std::string_view bytes);
/// The masked form TFRecord files store, so that a CRC over data that holds CRCs stays sound.
uint32_t masked_crc32c(std::string_view bytes);

}  // namespace r2rank::base
