#pragma once

#include <cstdint>
#include <string>

namespace r2rank::data {

/// Appends a character; U+FFFD for what is none (surrogates, beyond U+10FFFF).
inline void append_utf8(uint32_t code, std::string& text) {
  constexpr uint32_t kReplacement = 0xFFFD;
  if ((code >= 0xD800 && code < 0xE000) || code > 0x10FFFF) code = kReplacement;
  if (code < 0x80) {
    text += static_cast<char>(code);
    return;
  }
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  constexpr uint32_t kLead[] = {0, 0xC0, 0xE0, 0xF0};
  text += static_cast<char>(kLead[more] | code >> 6 * more);
  for (int i = more - 1; i >= 0; --i) text += static_cast<char>(0x80 | (code >> 6 * i & 0x3F));
}

}  // namespace r2rank::data
