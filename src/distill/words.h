#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace r2rank::distill {

/// The text in lower case as words: runs of ASCII letters and digits and of bytes above ASCII. An apostrophe
/// within a word vanishes ("don't": "dont").
std::vector<std::string> words_of(std::string_view text);
/// How many words separated by spaces there are.
int64_t count_words(std::string_view text);
std::string lower_case(std::string_view text);

}  // namespace r2rank::distill
