#include "distill/words.h"

#include <algorithm>

namespace r2rank::distill {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool belongs_to_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

std::vector<std::string> words_of(std::string_view text) {
  constexpr std::string_view kCurlyApostrophe = "\u2019";
  std::vector<std::string> words;
  bool inside = false;
  for (size_t at = 0; at < text.size(); ++at) {
    const bool curly = text.substr(at).starts_with(kCurlyApostrophe);
    if (inside && (curly || text[at] == '\'')) {
      at += curly ? kCurlyApostrophe.size() - 1 : 0;
      continue;
    }
    const char c = lower(text[at]);
    if (!belongs_to_word(c)) {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    inside = true;
    words.back() += c;
  }
  return words;
}

int64_t count_words(std::string_view text) {
  int64_t count = 0;
  bool inside = false;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    count += !space && !inside ? 1 : 0;
    inside = !space;
  }
  return count;
}

}  // namespace r2rank::distill
