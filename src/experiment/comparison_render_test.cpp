#include "experiment/comparison_render.h"

#include <gtest/gtest.h>

#include "experiment/test_comparisons.h"
#include "experiment/test_tables.h"

namespace r2rank::experiment {
namespace {

using testing::expect_part, testing::lines_of, testing::small_comparison;

constexpr const char* kHeading =
    "ndcg@10 by data set; protocols a&b: loo-uni19-seed7 (slates h), films: loo-uni19-seed7 (slates h2); "
    "intervals: 95 % percentile bootstrap over users, 2000 resamples, seed 7; "
    "+ better, - worse than base_1: randomisation test, 10000 permutations, Holm within a column, p <= 0.05\n";

TEST(ComparisonTable, IsMarkdown) {
  EXPECT_EQ(render(small_comparison(), TableFormat::kMarkdown), std::string(kHeading) + R"(
| data set | a&b (40 users) | films (25 users) |
| :--- | ---: | ---: |
| base\_1 | .250 [.200, .300] | **.250** [.200, .300] |
| new | **.500**<sup>+</sup> [.400, .600] | – |
| old | .250 [.100, .400] | **.250** [.100, .400] |
)");
}

TEST(ComparisonTable, IsLatex) {
  EXPECT_EQ(render(small_comparison(), TableFormat::kLatex),
            "% " + std::string(kHeading) + R"(\begin{tabular}{lrr}
\toprule
data set & a\&b & films \\
 & {\scriptsize 40 users} & {\scriptsize 25 users} \\
\midrule
base\_1 & .250 {\scriptsize [.200, .300]} & \textbf{.250} {\scriptsize [.200, .300]} \\
new & \textbf{.500}$^{+}$ {\scriptsize [.400, .600]} & -- \\
old & .250 {\scriptsize [.100, .400]} & \textbf{.250} {\scriptsize [.100, .400]} \\
\bottomrule
\end{tabular}
)");
}

TEST(ComparisonTable, IsText) {
  const auto lines = lines_of(render(small_comparison(), TableFormat::kText));
  ASSERT_EQ(lines.size(), 13U);
  EXPECT_EQ(lines[4], "data set        a&b      films");
  EXPECT_EQ(lines[5], "           40 users   25 users");
  EXPECT_EQ(lines[9], "new          *.500+          –");
  EXPECT_EQ(lines[10], "          .400–.600");
}

TEST(ComparisonTable, StatesTheProtocolOnceWhereAllColumnsShareTheirSlates) {
  auto table = small_comparison();
  table.columns[1].slates_hash = table.columns[0].slates_hash = "0123456789abcdef";
  EXPECT_TRUE(render(table, TableFormat::kText)
                  .starts_with("ndcg@10 by data set; protocol loo-uni19-seed7 (slates 01234567)\nintervals"));
}

TEST(ComparisonTable, SaysOfWhichPartOfTheSlatesItIs) {
  auto table = small_comparison();
  for (auto& column : table.columns) column.slates_hash = "0123456789abcdef:sample300-seed7";
  EXPECT_TRUE(
      render(table, TableFormat::kText)
          .starts_with("ndcg@10 by data set; protocol loo-uni19-seed7 (slates 01234567:sample300-seed7)\n"));
}

TEST(ComparisonTable, SaysWhichColumnsHaveNoReference) {
  auto table = small_comparison();
  table.rows[0].cells[1] = std::nullopt;
  expect_part(render(table, TableFormat::kMarkdown), "p <= 0.05; not tested for want of base_1: films\n");
}

TEST(ComparisonTable, ShortensLongNamesOfColumnsForATerminalOnly) {
  auto table = small_comparison();
  table.columns[0].name = "Caf\u00E9 & Industrial Electrical";
  expect_part(render(table, TableFormat::kText), "  Caf\u00E9 & Industri\u2026  ");
  expect_part(render(table, TableFormat::kMarkdown), "| Caf\u00E9 & Industrial Electrical (40 users) |");
}

}  // namespace
}  // namespace r2rank::experiment
