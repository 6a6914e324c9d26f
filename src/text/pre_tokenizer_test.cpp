#include "text/pre_tokenizer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "text/utf8.h"

namespace r2rank::text {
namespace {

std::vector<std::string> words_of(PreTokenizer rule, const std::string& text) {
  std::vector<std::string_view> words;
  WordSplitter(rule).split(text, words);
  return {words.begin(), words.end()};
}

using Words = std::vector<std::string>;

TEST(PreTokenizer, Llama3GroupsDigitsByThree) {
  EXPECT_EQ(words_of(PreTokenizer::kLlama3, "it's 12345"), (Words{"it", "'s", " ", "123", "45"}));
}

TEST(PreTokenizer, Qwen2CutsEachDigit) {
  EXPECT_EQ(words_of(PreTokenizer::kQwen2, "IT'S 12\n\n x"),
            (Words{"IT", "'S", " ", "1", "2", "\n\n", " x"}));
}

TEST(PreTokenizer, SmolLmTakesAllSpaceBeforeADigit) {
  EXPECT_EQ(words_of(PreTokenizer::kSmolLm, "a  5  b"), (Words{"a", "  ", "5", " ", " b"}));
  EXPECT_EQ(words_of(PreTokenizer::kSmolLm, "it's IT'S"), (Words{"it", "'s", " IT", "'", "S"}));
}

TEST(PreTokenizer, EmptyTextHasNoWords) {
  EXPECT_TRUE(words_of(PreTokenizer::kLlama3, "").empty());
}

TEST(PreTokenizer, GgufNamesAreKnownAndOthersRefused) {
  EXPECT_EQ(pre_tokenizer_from_gguf("smollm"), PreTokenizer::kSmolLm);
  EXPECT_EQ(pre_tokenizer_from_gguf("llama-bpe"), PreTokenizer::kLlama3);
  EXPECT_EQ(pre_tokenizer_from_gguf("qwen2"), PreTokenizer::kQwen2);
  EXPECT_THROW(pre_tokenizer_from_gguf("gpt-2"), base::Error);
}

/// Membership of every code point in one class of text_classes.json.
std::vector<bool> members(const nlohmann::json& ranges) {
  std::vector<bool> in(0x110000);
  for (const auto& range : ranges)
    std::fill(in.begin() + range[0].get<int>(), in.begin() + range[1].get<int>() + 1, true);
  return in;
}

nlohmann::json classes() {
  return nlohmann::json::parse(base::read_file(R2RANK_SOURCE_DIR "/tests/golden/text_classes.json"));
}

/// How many words `text` around every code point gives, with {} standing for it.
template <class Expected>
void expect_word_count(PreTokenizer rule, const std::string& before, const std::string& after,
                       Expected expected) {
  const WordSplitter splitter(rule);
  size_t wrong = 0;
  for (uint32_t c = 0; c < 0x110000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string text = before;
    append_utf8(text, c);
    text += after;
    std::vector<std::string_view> words;
    splitter.split(text, words);
    if (words.size() != expected(c) && ++wrong <= 10)
      ADD_FAILURE() << fmt::format("U+{:04X} in '{}' gave {} words, expected {}", c, text, words.size(),
                                   expected(c));
  }
  EXPECT_EQ(wrong, 0u);
}

TEST(PreTokenizerGolden, LettersAreThoseOfTheReference) {
  const auto letters = members(classes()["letters"]);
  // After a letter only another letter continues the word; "'" cannot stand for one.
  expect_word_count(PreTokenizer::kSmolLm, "a", "", [&](uint32_t c) { return letters[c] ? 1u : 2u; });
  expect_word_count(PreTokenizer::kQwen2, "a", "", [&](uint32_t c) { return letters[c] ? 1u : 2u; });
}

TEST(PreTokenizerGolden, NumbersAreThoseOfTheReference) {
  const auto numbers = members(classes()["numbers"]);
  expect_word_count(PreTokenizer::kLlama3, "1", "1", [&](uint32_t c) { return numbers[c] ? 1u : 3u; });
}

TEST(PreTokenizerGolden, SingleDigitsAreThoseOfTheReference) {
  const auto digits = members(classes()["digits"]), letters = members(classes()["letters"]),
             spaces = members(classes()["spaces"]);
  // "! !" keeps together whatever is neither digit, letter nor space.
  expect_word_count(PreTokenizer::kSmolLm, "!", "!", [&](uint32_t c) {
    if (c == ' ') return 2u;
    return digits[c] || letters[c] || spaces[c] ? 3u : 1u;
  });
}

TEST(PreTokenizerGolden, SpacesAreThoseOfTheReference) {
  const auto spaces = members(classes()["spaces"]), letters = members(classes()["letters"]),
             numbers = members(classes()["numbers"]);
  // A space takes the symbol after it along, but neither a letter's word nor a second space's; two symbols
  // are one word.
  expect_word_count(PreTokenizer::kQwen2, "!", "!", [&](uint32_t c) {
    if (c == '\r' || c == '\n') return 2u;
    if (c == ' ') return 2u;
    return spaces[c] || numbers[c] ? 3u : letters[c] ? 2u : 1u;
  });
}

}  // namespace
}  // namespace r2rank::text
