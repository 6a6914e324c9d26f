#include "experiment/table_markdown.h"

#include <gtest/gtest.h>

#include "experiment/test_tables.h"

namespace r2rank::experiment {
namespace {

using testing::expect_part, testing::small_table;

TEST(TableMarkdown, IsAHeadingAndTwoTables) {
  EXPECT_EQ(render_markdown(small_table()),
            "protocol loo-uni19-seed7, 40 users (one slate each); "
            "intervals: 95 % percentile bootstrap over users, 2000 resamples, seed 7\n"
            R"(
| scorer | ndcg@10 | mrr | tokens/slate | ms/slate |
| :--- | ---: | ---: | ---: | ---: |
| base | .250 [.200, .300] | **.500** [.450, .550] | 320 | 12.5 |
| mine | **.750** [.700, .800] | .125 [.100, .150] | 0 | – |

p: randomisation test, 10000 permutations

| difference, same users | ndcg@10 | mrr |
| :--- | ---: | ---: |
| mine - base | +.500 [+.400, +.600], p < .001 | -.375 [-.500, -.250], p = .030 |
)");
}

TEST(TableMarkdown, GivesTheCorrectedPValuesOfSeveralPairs) {
  const std::string text = render_markdown(testing::table_of_two_pairs());
  expect_part(text, "\np: randomisation test, 10000 permutations, Holm over the 2 pairs of a column\n");
  expect_part(text, "p < .001, Holm < .001 | -.375 [-.500, -.250], p = .030, Holm = .060 |\n");
}

TEST(TableMarkdown, SaysHowManySeedsARowHas) {
  ResultTable table = small_table();
  table.rows[1].seeds = 3;
  expect_part(render_markdown(table), "| mine (3 seeds) |");
}

TEST(TableMarkdown, WithoutPairsIsOneTable) {
  ResultTable table = small_table();
  table.pairs.clear();
  const std::string text = render_markdown(table);
  EXPECT_EQ(text.find(":---"), text.rfind("| :---") + 2);
  EXPECT_TRUE(text.ends_with("| 0 | – |\n")) << text;
}

TEST(TableMarkdown, EscapesNamesInRowsAndPairs) {
  ResultTable table = small_table();
  table.rows[0].scorer = table.pairs[0].b = R"(a*b_c`d\e|f)";
  const std::string text = render_markdown(table), name = R"(a\*b\_c\`d\\e\|f)";
  expect_part(text, "\n| " + name + " | .250");
  expect_part(text, "\n| mine - " + name + " | +.500");
}

TEST(TableMarkdown, SetsEveryoneWhoSharesTheBestMeanInBold) {
  ResultTable table = small_table();
  table.rows[1].metrics[1].mean = table.rows[0].metrics[1].mean;
  const std::string text = render_markdown(table);
  EXPECT_NE(text.find("**.500**"), text.rfind("**.500**"));
}

TEST(TableMarkdown, OfOneScorerSetsNothingInBold) {
  ResultTable table = small_table();
  table.rows.pop_back();
  EXPECT_EQ(render_markdown(table).find("**"), std::string::npos);
}

}  // namespace
}  // namespace r2rank::experiment
