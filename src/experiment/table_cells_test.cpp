#include "experiment/table_cells.h"

#include <gtest/gtest.h>

#include <cmath>

namespace r2rank::experiment {
namespace {

TEST(TableCells, WriteDecimalsWithoutTheirLeadingZero) {
  EXPECT_EQ(decimal(0.5414), ".541");
  EXPECT_EQ(decimal(1), "1.000");
  EXPECT_EQ(decimal(-0.0124), "-.012");
  EXPECT_EQ(decimal(-0.00001), ".000");
  EXPECT_EQ(decimal(-1.5), "-1.500");
  EXPECT_EQ(decimal(NAN), "–");
}

TEST(TableCells, WriteDifferencesWithTheirSign) {
  EXPECT_EQ(signed_decimal(0.0414), "+.041");
  EXPECT_EQ(signed_decimal(-0.0124), "-.012");
  EXPECT_EQ(signed_decimal(NAN), "–");
}

TEST(TableCells, WriteCostsWithAsManyDigitsAsMatter) {
  EXPECT_EQ(short_number(0), "0");
  EXPECT_EQ(short_number(0.0003), "<0.01");
  EXPECT_EQ(short_number(0.0412), "0.041");
  EXPECT_EQ(short_number(1.52), "1.5");
  EXPECT_EQ(short_number(12.34), "12.3");
  EXPECT_EQ(short_number(1843.2), "1843");
}

TEST(TableCells, WritePValuesDownToTheThousandth) {
  EXPECT_EQ(p_value(0.043), "p = .043");
  EXPECT_EQ(p_value(0.0005), "p < .001");
}

TEST(TableCells, HeadingSaysWhenUsersHaveSeveralSlates) {
  ResultTable table;
  table.protocol = "temporal-uni19-seed7";
  table.users = 200;
  table.slates = 900;
  EXPECT_NE(heading(table, "; ").find("200 users (900 slates, averaged within users)"), std::string::npos);
}

TEST(TableCells, OnlyARowAmongSeveralIsBest) {
  ResultTable table;
  table.rows = {{"a", {{0.5, 0.4, 0.6}}, 0, 0}};
  EXPECT_FALSE(is_best(table, table.rows[0], 0));
  table.rows.push_back({"b", {{0.4, 0.3, 0.5}}, 0, 0});
  EXPECT_TRUE(is_best(table, table.rows[0], 0));
  EXPECT_FALSE(is_best(table, table.rows[1], 0));
}

TEST(TableCells, EscapePutsTheSignBeforeEachSpecialCharacter) {
  EXPECT_EQ(escaped("a_b|c", "_|", '\\'), "a\\_b\\|c");
  EXPECT_EQ(escaped("say \"no\"", "\"", '"'), "say \"\"no\"\"");
}

}  // namespace
}  // namespace r2rank::experiment
