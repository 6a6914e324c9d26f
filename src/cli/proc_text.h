#pragma once

#include <string>
#include <string_view>

namespace r2rank::cli {

/// The value of the first line "key : value" of a /proc file, without surrounding blanks; "" when there is
/// none.
std::string proc_value(std::string_view text, std::string_view key);

/// Whether `word` is among the blank-separated words of `text`.
bool has_word(std::string_view text, std::string_view word);

/// A small system file, or "" when it cannot be read.
std::string read_if_there(const std::string& path);

}  // namespace r2rank::cli
