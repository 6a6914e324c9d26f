#include "baselines/word_finder.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>

#include "base/error.h"

namespace r2rank::baselines {
namespace {

PCRE2_SPTR bytes_of(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 128; });
}

std::string ascii_lower(std::string_view word) {
  std::string lower(word);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace

struct WordFinder::Regex {
  Regex(std::string_view pattern, uint32_t options) {
    int error = 0;
    size_t place = 0;
    code = pcre2_compile(bytes_of(pattern), pattern.size(), options, &error, &place, nullptr);
    R2RANK_CHECK(code != nullptr);
    match = pcre2_match_data_create_from_pattern(code, nullptr);
    R2RANK_CHECK(match != nullptr);
  }
  ~Regex() {
    pcre2_match_data_free(match);
    pcre2_code_free(code);
  }
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  /// How much of the text is valid UTF-8. The check stops at the first fault, so that walking over faults
  /// stays linear.
  size_t valid_prefix(std::string_view text) const {
    const int result = pcre2_match(code, bytes_of(text), text.size(), 0, 0, match, nullptr);
    const bool invalid = result <= PCRE2_ERROR_UTF8_ERR1 && result >= PCRE2_ERROR_UTF8_ERR21;
    return invalid ? pcre2_get_startchar(match) : text.size();
  }
  /// REQUIRES: text is valid UTF-8 (checking it again for each word would be quadratic).
  bool find(std::string_view text, size_t from) const {
    return pcre2_match(code, bytes_of(text), text.size(), from, PCRE2_NO_UTF_CHECK, match, nullptr) > 0;
  }
  size_t begin() const { return pcre2_get_ovector_pointer(match)[0]; }
  size_t end() const { return pcre2_get_ovector_pointer(match)[1]; }

  std::string lower(std::string_view word) const {
    constexpr std::string_view kReplacement = "\\L$0";
    std::string result(3 * word.size() + 1, '\0');  // no case mapping grows a character beyond three times
    size_t size = result.size();
    const int replaced = pcre2_substitute(code, bytes_of(word), word.size(), 0, PCRE2_SUBSTITUTE_EXTENDED,
                                          match, nullptr, bytes_of(kReplacement), kReplacement.size(),
                                          reinterpret_cast<PCRE2_UCHAR*>(result.data()), &size);
    R2RANK_CHECK(replaced == 1);
    result.resize(size);
    return result;
  }

  pcre2_code* code = nullptr;
  pcre2_match_data* match = nullptr;
};

WordFinder::WordFinder()
    // The class is spelled out because what \w means to PCRE2 changed in 10.43.
    : words_(std::make_unique<Regex>("[\\p{L}\\p{N}_]{2,}", PCRE2_UTF | PCRE2_UCP)),
      whole_(std::make_unique<Regex>("(?s).+", PCRE2_UTF | PCRE2_UCP)) {}
WordFinder::~WordFinder() = default;
WordFinder::WordFinder(WordFinder&&) noexcept = default;

std::vector<std::string> WordFinder::find(std::string_view text) const {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t valid = words_->valid_prefix(text);
    append_words(text.substr(0, valid), words);
    text.remove_prefix(std::min(text.size(), valid + 1));
  }
  return words;
}

void WordFinder::append_words(std::string_view text, std::vector<std::string>& words) const {
  for (size_t from = 0; from < text.size() && words_->find(text, from); from = words_->end()) {
    const auto word = text.substr(words_->begin(), words_->end() - words_->begin());
    words.push_back(is_ascii(word) ? ascii_lower(word) : whole_->lower(word));
  }
}

}  // namespace r2rank::baselines
