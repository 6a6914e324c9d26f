#include "experiment/table_text.h"

#include <gtest/gtest.h>

#include "experiment/test_tables.h"

namespace r2rank::experiment {
namespace {

using testing::lines_of, testing::small_table, testing::width_of;

TEST(TableText, IsAHeadingAndTwoAlignedTables) {
  EXPECT_EQ(render_text(small_table()), R"(protocol loo-uni19-seed7, 40 users (one slate each)
intervals: 95 % percentile bootstrap over users, 2000 resamples, seed 7

scorer    ndcg@10        mrr  tokens  ms/slate
──────────────────────────────────────────────
base         .250       .500     320      12.5
        .200–.300  .450–.550
mine         .750       .125       0         –
        .700–.800  .100–.150

p: randomisation test, 10000 permutations

difference, same users       ndcg@10           mrr
──────────────────────────────────────────────────
mine                           +.500         -.375
  - base                +.400, +.600  -.500, -.250
                            p < .001      p = .030
)");
}

TEST(TableText, MakesRoomForLongNamesCountedInCharacters) {
  ResultTable table = small_table();
  const std::string plain = "modele long", accented = "mod\u00E8le \u4E2D\u6587\U0001F3AC\u00E9";
  ASSERT_EQ(width_of(accented), width_of(plain));
  table.rows[0].scorer = plain;
  const auto expected = lines_of(render_text(table));
  table.rows[0].scorer = accented;
  const auto found = lines_of(render_text(table));
  ASSERT_EQ(found.size(), expected.size());
  EXPECT_TRUE(found[5].starts_with(accented)) << found[5];
  EXPECT_EQ(found[5].substr(accented.size()), expected[5].substr(plain.size()));
  for (const size_t other : {3U, 4U, 6U, 7U, 8U}) EXPECT_EQ(found[other], expected[other]);
  EXPECT_EQ(width_of(found[3]), width_of(found[4])) << "the rule is as wide as the table";
}

TEST(TableText, PutsTheCorrectedPValuesOfSeveralPairsBelow) {
  const auto lines = lines_of(render_text(testing::table_of_two_pairs()));
  EXPECT_EQ(lines.back(), "                         Holm < .001   Holm = .060");
}

TEST(TableText, EndsNoLineInSpaces) {
  ResultTable table = small_table();
  table.rows[0].scorer = "name with a space at its end ";
  for (const std::string& line : lines_of(render_text(table)))
    EXPECT_TRUE(line.empty() || line.back() != ' ') << "'" << line << "'";
}

TEST(TableText, WithoutPairsIsOneTable) {
  ResultTable table = small_table();
  table.pairs.clear();
  const auto lines = lines_of(render_text(table));
  ASSERT_EQ(lines.size(), 9U);
  EXPECT_EQ(lines.back(), "        .700–.800  .100–.150");
}

TEST(TableText, WithoutScorersIsItsHeader) {
  ResultTable table = small_table();
  table.rows.clear();
  table.pairs.clear();
  const auto lines = lines_of(render_text(table));
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[3], "scorer  ndcg@10  mrr  tokens  ms/slate");
  EXPECT_EQ(width_of(lines[4]), width_of(lines[3]));
}

}  // namespace
}  // namespace r2rank::experiment
