#include "text/prompt_fields.h"

#include <gtest/gtest.h>

#include <cmath>

#include "text/small_tokenizer.h"

namespace r2rank::text {
namespace {

const Tokenizer& tokenizer() {
  static const Tokenizer instance(small_tokenizer({}));
  return instance;
}

std::string value_of(const FieldValues& fields, const std::string& name) {
  for (const auto& [key, value] : fields)
    if (key == name) return value;
  return "(absent)";
}

TEST(PromptFields, ControlCharactersAndLineBreaksBecomeSpaces) {
  EXPECT_EQ(clean_text("  a\n\n<b>\t\x01 c\u0085d\u2028e \x7F"), "a <b> c d e");
  EXPECT_EQ(clean_text("\n"), "");
  EXPECT_EQ(clean_text("bad \xFF byte"), "bad \uFFFD byte");
}

TEST(PromptFields, TextIsCutAtWholeCharacters) {
  EXPECT_EQ(cut_to_tokens(tokenizer(), "abcdef", 3), "abc");
  EXPECT_EQ(cut_to_tokens(tokenizer(), "ab\u00E9", 3), "ab");
  EXPECT_EQ(cut_to_tokens(tokenizer(), "ab cd", 3), "ab");
  EXPECT_EQ(cut_to_tokens(tokenizer(), "abc", 3), "abc");
  EXPECT_EQ(cut_to_tokens(tokenizer(), "abc", 0), "");
}

TEST(PromptFields, AnEndlessTitleIsCutToo) {
  EXPECT_EQ(cut_to_tokens(tokenizer(), std::string(10 << 20, 'x'), 4), "xxxx");
}

TEST(PromptFields, DescriptionsAreCutAtWords) {
  EXPECT_EQ(cut_to_words("one two three", 2), "one two");
  EXPECT_EQ(cut_to_words("one two", 2), "one two");
  EXPECT_EQ(cut_to_words("one two", 9), "one two");
  EXPECT_EQ(cut_to_words("one two", 0), "");
  EXPECT_EQ(cut_to_words("", 3), "");
}

TEST(PromptFields, TimeIsToldAsPeopleTellIt) {
  EXPECT_EQ(days_ago_text(0), "today");
  EXPECT_EQ(days_ago_text(1.5), "1 day ago");
  EXPECT_EQ(days_ago_text(3), "3 days ago");
  EXPECT_EQ(days_ago_text(14), "2 weeks ago");
  EXPECT_EQ(days_ago_text(100), "3 months ago");
  EXPECT_EQ(days_ago_text(800), "2 years ago");
  EXPECT_EQ(days_ago_text(-1), "");
  EXPECT_EQ(days_ago_text(std::nan("")), "");
}

TEST(PromptFields, WhatIsUnknownIsEmpty) {
  for (const auto& [name, value] : candidate_fields(tokenizer(), {}, {})) EXPECT_EQ(value, "") << name;
  for (const auto& [name, value] : history_fields(tokenizer(), {}, {})) EXPECT_EQ(value, "") << name;
}

TEST(PromptFields, NumbersAreShort) {
  const PromptItem item{.count = 12, .mean_rating = 3.14159, .rating = 4.0};
  EXPECT_EQ(value_of(candidate_fields(tokenizer(), item, {}), "count"), "12");
  EXPECT_EQ(value_of(candidate_fields(tokenizer(), item, {}), "mean_rating"), "3.1");
  EXPECT_EQ(value_of(history_fields(tokenizer(), item, {}), "rating"), "4");
  EXPECT_EQ(value_of(history_fields(tokenizer(), {.rating = 3.5}, {}), "rating"), "3.5");
}

TEST(PromptFields, TheLastCategoryIsTheCategory) {
  const PromptItem item{.categories = {"Games", "PC", "Racing"}};
  EXPECT_EQ(value_of(history_fields(tokenizer(), item, {}), "category"), "Racing");
  EXPECT_EQ(value_of(history_fields(tokenizer(), item, {.other_tokens = 99}), "categories"),
            "Games, PC, Racing");
}

TEST(PromptFields, ACandidateHasNoRatingOrTimeOfItsOwn) {
  EXPECT_EQ(value_of(candidate_fields(tokenizer(), {.rating = 5, .days_ago = 1}, {}), "rating"), "(absent)");
  EXPECT_EQ(value_of(candidate_fields(tokenizer(), {.rating = 5, .days_ago = 1}, {}), "days_ago"),
            "(absent)");
}

TEST(PromptFields, AreCutByWordsWhereThereIsNoTokenizer) {
  PromptItem item{
      .title = "one two\nthree four", .brand = "A B C", .description = "x y z", .categories = {"q", "r s t"}};
  item.count = 5;
  const auto candidate = candidate_fields(item, 2, 1);
  EXPECT_EQ(value_of(candidate, "title"), "one two");
  EXPECT_EQ(value_of(candidate, "brand"), "A B");
  EXPECT_EQ(value_of(candidate, "category"), "r s");
  EXPECT_EQ(value_of(candidate, "description"), "x");
  EXPECT_EQ(value_of(candidate, "count"), "5");
  EXPECT_EQ(value_of(history_fields(item, 3), "title"), "one two three");
  EXPECT_EQ(value_of(history_fields(item, 3), "count"), "(absent)");
}

}  // namespace
}  // namespace r2rank::text
