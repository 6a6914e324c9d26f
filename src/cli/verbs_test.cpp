#include "cli/verbs.h"

#include <gtest/gtest.h>

namespace r2rank::cli {
namespace {

TEST(FindVerb, FindsByTheFirstWord) {
  const auto found = find_verb({"import", "x.csv"});
  ASSERT_TRUE(found.verb);
  EXPECT_EQ(found.verb->text().name, "import");
  EXPECT_EQ(found.words, 1u);
}

TEST(FindVerb, FindsVerbsOfTwoWords) {
  const auto found = find_verb({"model", "inspect", "x.gguf"});
  ASSERT_TRUE(found.verb);
  EXPECT_EQ(found.verb->text().name, "model inspect");
  EXPECT_EQ(found.words, 2u);
  EXPECT_FALSE(find_verb({"model", "x.gguf"}).verb);
}

TEST(FindVerb, FindsNothingForAnUnknownWord) {
  EXPECT_FALSE(find_verb({"imprt"}).verb);
  EXPECT_FALSE(find_verb({}).verb);
}

TEST(VerbSuggestion, NamesTheNearest) {
  EXPECT_EQ(verb_suggestion({"imprt"}), "did you mean 'import'?");
  EXPECT_EQ(verb_suggestion({"splt", "data"}), "did you mean 'split'?");
  EXPECT_EQ(verb_suggestion({"model", "inspct"}), "did you mean 'model inspect'?");
  EXPECT_EQ(verb_suggestion({"zzzzzzzzzzz"}), "'r2rank --help' lists the verbs");
}

}  // namespace
}  // namespace r2rank::cli
