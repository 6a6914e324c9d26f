#include "distill/words.h"

#include <gtest/gtest.h>

namespace r2rank::distill {
namespace {

using Words = std::vector<std::string>;

TEST(Words, AreLowerCaseWithoutPunctuation) {
  EXPECT_EQ(words_of("The user's 2nd choice, \"Don’t Look Up\" (2021)!"),
            (Words{"the", "users", "2nd", "choice", "dont", "look", "up", "2021"}));
  EXPECT_EQ(words_of("'quoted' caf\u00e9"), (Words{"quoted", "caf\u00e9"}));
  EXPECT_TRUE(words_of(" -- ").empty());
}

TEST(Words, AreCountedBySpaces) {
  EXPECT_EQ(count_words(" one two-three\n four "), 3);
  EXPECT_EQ(count_words(""), 0);
}

TEST(Words, LowerCaseLeavesOtherBytes) {
  EXPECT_EQ(lower_case("AbZ-\u00c9"), "abz-\u00c9");
}

}  // namespace
}  // namespace r2rank::distill
