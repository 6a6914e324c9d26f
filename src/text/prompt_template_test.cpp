#include <gtest/gtest.h>

#include "base/error.h"
#include "text/prompt.h"

namespace r2rank::text {
namespace {

const std::vector<std::pair<std::string, std::string>> kValues = {
    {"title", "Lamp"}, {"brand", ""}, {"count", "7"}};

std::string filled(std::string_view text) {
  return fill_template(text, kValues);
}

std::string error_of(std::string_view text) {
  try {
    filled(text);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    return error.what();
  }
  return "accepted";
}

TEST(PromptTemplate, PlaceholdersAreReplaced) {
  EXPECT_EQ(filled("{title}: {count} times"), "Lamp: 7 times");
}

TEST(PromptTemplate, BracketsVanishWithAnEmptyPlaceholderInThem) {
  EXPECT_EQ(filled("{title}[ by {brand}][, chosen {count} times]:"), "Lamp, chosen 7 times:");
  EXPECT_EQ(filled("[{title} {brand}]"), "");
}

TEST(PromptTemplate, BracketsWithoutPlaceholdersStay) {
  EXPECT_EQ(filled("a[b]c"), "abc");
}

TEST(PromptTemplate, OnlyTheInnermostBracketVanishes) {
  EXPECT_EQ(filled("[{title}[ ({brand})]!]"), "Lamp!");
}

TEST(PromptTemplate, OutsideOfBracketsAnEmptyPlaceholderIsNothing) {
  EXPECT_EQ(filled("<{brand}>"), "<>");
}

TEST(PromptTemplate, ABackslashMakesBracketsPlain) {
  EXPECT_EQ(filled(R"(\[{title}\] \{x\} \\ \n)"), R"([Lamp] {x} \ \n)");
}

TEST(PromptTemplate, BracketsInValuesArePlainText) {
  EXPECT_EQ(fill_template("[{title}]", {{"title", "[{count}"}}), "[{count}");
}

TEST(PromptTemplate, AnUnknownPlaceholderIsAnsweredWithTheNearestName) {
  const std::string error = error_of("{titel}");
  EXPECT_NE(error.find("did you mean {title}"), std::string::npos) << error;
  EXPECT_NE(error.find("brand"), std::string::npos) << error;
}

TEST(PromptTemplate, UnbalancedBracketsAreRefused) {
  for (const char* text : {"[a", "a]", "{title", "title}", "[[a]", "{}"})
    EXPECT_NE(error_of(text), "accepted") << text;
}

}  // namespace
}  // namespace r2rank::text
