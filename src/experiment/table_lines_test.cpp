#include "experiment/table_lines.h"

#include <gtest/gtest.h>

#include <cmath>

namespace r2rank::experiment {
namespace {

TEST(TableLines, AreAlignedByCharactersWithRules) {
  EXPECT_EQ(aligned({{"name", "mean"}, {}, {"caf\u00E9 1", ".5"}}),
            "name    mean\n────────────\ncaf\u00E9 1    .5\n");
}

TEST(TableLines, ShortenByCharacters) {
  EXPECT_EQ(shortened("abcd", 4), "abcd");
  EXPECT_EQ(shortened("abcde", 4), "abc\u2026");
  EXPECT_EQ(shortened("\u00E9\u00E9\u00E9\u00E9", 4), "\u00E9\u00E9\u00E9\u00E9");
  EXPECT_EQ(shortened("\u00E9\u4E2D\u00E9\u00E9\u00E9", 3), "\u00E9\u4E2D\u2026");
}

TEST(TableLines, EscapeWhatTheirFormatWouldMisread) {
  EXPECT_EQ(markdown_text("a|b_c"), "a\\|b\\_c");
  EXPECT_EQ(markdown_text("a\nb"), R"(a\\nb)") << "a line break would end the row";
  EXPECT_EQ(latex_text("a\nb"), R"(a\textbackslash{}nb)");
  EXPECT_EQ(latex_text("50 % < a_b"), "50 \\% $<$ a\\_b");
  EXPECT_EQ(csv_line({"a,b", "say \"no\"", "c"}), "\"a,b\",\"say \"\"no\"\"\",c\n");
  EXPECT_EQ(markdown_head({"a", "b"}), "| a | b |\n| :--- | ---: |\n");
}

TEST(TableLines, LeaveOutWhatIsNoNumber) {
  EXPECT_EQ(csv_number(NAN), "");
  EXPECT_EQ(csv_number(0.1), "0.1");
  EXPECT_EQ(latex_number(NAN), "--");
}

}  // namespace
}  // namespace r2rank::experiment
