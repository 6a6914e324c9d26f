#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace r2rank::text {

/// GPT-2's byte-level alphabet: each byte is written as one printable character (space as U+0120), so that a
/// vocabulary of arbitrary byte strings fits into text files.
std::string to_byte_alphabet(std::string_view bytes);
/// The bytes behind a token; nothing when it has a character outside the alphabet.
std::optional<std::string> from_byte_alphabet(std::string_view token);

}  // namespace r2rank::text
