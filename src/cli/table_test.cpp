#include "cli/table.h"

#include <gtest/gtest.h>

namespace r2rank::cli {
namespace {

TEST(Table, AlignsColumnsAndTrimsLineEnds) {
  Table table({Table::Align::kLeft, Table::Align::kRight, Table::Align::kLeft});
  table.row({"rows", "1,000", "all"});
  table.row({"duplicates", "7", ""});
  EXPECT_EQ(table.text(), "  rows        1,000  all\n  duplicates      7\n");
}

TEST(Table, AlignsByCharactersNotBytes) {
  Table table({Table::Align::kLeft, Table::Align::kLeft});
  table.row({"é", "x"});
  table.row({"ab", "y"});
  EXPECT_EQ(table.text(), "  é   x\n  ab  y\n");
}

TEST(Table, WithoutRowsIsEmpty) {
  EXPECT_EQ(Table({Table::Align::kLeft}).text(), "");
}

TEST(Shortened, CutsCharactersNotBytes) {
  EXPECT_EQ(shortened("Aliens", 6), "Aliens");
  EXPECT_EQ(shortened("Aliens", 5), "Alie…");
  EXPECT_EQ(shortened("Чужие", 5), "Чужие");
  EXPECT_EQ(shortened("Чужие", 4), "Чуж…");
  EXPECT_EQ(shortened("a日本語テープ", 4), "a日本…");
  EXPECT_EQ(shortened("日本", 1), "…");
  EXPECT_EQ(text_width(shortened(std::string(50, 'x') + "é", 44)), 44U);
  EXPECT_EQ(shortened("", 3), "");
}

TEST(Grouped, SetsCommasEveryThreeDigits) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(grouped(-123), "-123");
  EXPECT_EQ(grouped(-1234), "-1,234");
  EXPECT_EQ(grouped(INT64_MIN), "-9,223,372,036,854,775,808");
}

TEST(Wrapped, BreaksAtSpacesWithinTheWidth) {
  EXPECT_EQ(wrapped("one two three", 7), (std::vector<std::string>{"one two", "three"}));
  EXPECT_EQ(wrapped("a verylongword b", 4), (std::vector<std::string>{"a", "verylongword", "b"}));
  EXPECT_TRUE(wrapped("", 10).empty());
}

}  // namespace
}  // namespace r2rank::cli
