#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace r2rank::text {

/// One decoded character: its code point and how many bytes it took.
struct Utf8Char {
  uint32_t code_point = 0;
  size_t bytes = 0;
  bool valid = true;  ///< false: an ill-formed part; code_point is U+FFFD and bytes its length (a "maximal
                      ///< subpart", Unicode 3.9)
};

/// The character at text[at]. REQUIRES: at < text.size().
Utf8Char utf8_at(std::string_view text, size_t at);
/// The last character of a well-formed text. REQUIRES: not empty.
Utf8Char utf8_last(std::string_view text);
void append_utf8(std::string& text, uint32_t code_point);
bool is_utf8(std::string_view text);
/// The text with each ill-formed part replaced by U+FFFD.
std::string repaired_utf8(std::string_view text);
/// The text without a character that is cut off at its end.
std::string_view without_cut_tail(std::string_view text);

}  // namespace r2rank::text
