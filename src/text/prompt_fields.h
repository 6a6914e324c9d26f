#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/prompt.h"
#include "text/tokenizer.h"

namespace r2rank::text {

using FieldValues = std::vector<std::pair<std::string, std::string>>;

/// How much of an item's text a prompt may show.
struct FieldLimits {
  int64_t title_tokens = 16;
  int64_t other_tokens = 16;  ///< brand; the last category; all categories together
  int64_t description_words = 0;
};

/// One line: control characters and line breaks become spaces, runs of spaces one, ill-formed UTF-8 U+FFFD.
std::string clean_text(std::string_view text);
/// The text cut to a number of tokens, whole characters only.
std::string cut_to_tokens(const Tokenizer& tokenizer, const std::string& text, int64_t tokens);
std::string cut_to_words(const std::string& text, int64_t words);
/// "today", "3 days ago", "5 weeks ago", "8 months ago", "2 years ago"; "" for a negative number or NaN.
std::string days_ago_text(double days);

/// The placeholders of a history line. The candidate's leave out what only the past may show (rating,
/// days_ago): a candidate's own would give the label away.
FieldValues history_fields(const Tokenizer& tokenizer, const PromptItem& item, const FieldLimits& limits);
FieldValues candidate_fields(const Tokenizer& tokenizer, const PromptItem& item, const FieldLimits& limits);
/// The same where no tokenizer is at hand: titles, and each other field, are cut to so many words.
FieldValues history_fields(const PromptItem& item, int64_t words);
FieldValues candidate_fields(const PromptItem& item, int64_t words, int64_t description_words);

}  // namespace r2rank::text
