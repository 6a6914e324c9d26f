#include "experiment/table_latex.h"

#include <gtest/gtest.h>

#include "experiment/test_tables.h"

namespace r2rank::experiment {
namespace {

using testing::expect_part, testing::small_table;

std::string with_names(const std::string& first, const std::string& second) {
  ResultTable table = small_table();
  table.rows[0].scorer = table.pairs[0].b = first;
  table.rows[1].scorer = table.pairs[0].a = second;
  return render_latex(table);
}

TEST(TableLatex, IsATabularOfTheWholeTable) {
  EXPECT_EQ(render_latex(small_table()),
            "% protocol loo-uni19-seed7, 40 users (one slate each); "
            "intervals: 95 % percentile bootstrap over users, 2000 resamples, seed 7; "
            "p: randomisation test, 10000 permutations\n"
            R"(\begin{tabular}{lrrrr}
\toprule
scorer & ndcg@10 & mrr & tokens & ms \\
\midrule
base & .250 {\scriptsize [.200, .300]} & \textbf{.500} {\scriptsize [.450, .550]} & 320 & 12.5 \\
mine & \textbf{.750} {\scriptsize [.700, .800]} & .125 {\scriptsize [.100, .150]} & 0 & -- \\
\midrule
mine $-$ base & $+.500$ {\scriptsize [$+.400$, $+.600$], $p < .001$} & $-.375$ {\scriptsize [$-.500$, $-.250$], $p = .030$} & & \\
\bottomrule
\end{tabular}
)");
}

TEST(TableLatex, EscapesEverySpecialCharacterOfANameInRowsAndPairs) {
  const std::string text = with_names(R"(a_b%c&d#e$f{g}h)", R"(i\j~k^l<m)");
  const std::string first = R"(a\_b\%c\&d\#e\$f\{g\}h)",
                    second = R"(i\textbackslash{}j\textasciitilde{}k\textasciicircum{}l$<$m)";
  expect_part(text, "\n" + first + " & .250");
  expect_part(text, "\n" + second + " & \\textbf{.750}");
  expect_part(text, "\n" + second + " $-$ " + first + " & $+.500$");
}

TEST(TableLatex, LeavesNamesInOtherScriptsAsTheyAre) {
  expect_part(with_names("caf\u00E9 \u4E2D\u6587", "b"), "\ncaf\u00E9 \u4E2D\u6587 & .250");
}

TEST(TableLatex, EscapesNamesOfMetrics) {
  ResultTable table = small_table();
  table.metrics[0] = "my_metric";
  expect_part(render_latex(table), "scorer & my\\_metric & mrr & tokens & ms \\\\");
}

TEST(TableLatex, WithoutPairsHasOneRuleLess) {
  ResultTable table = small_table();
  table.pairs.clear();
  const std::string text = render_latex(table);
  EXPECT_EQ(text.find("\\midrule"), text.rfind("\\midrule"));
  expect_part(text, "-- \\\\\n\\bottomrule\n\\end{tabular}\n");
}

TEST(TableLatex, SetsEveryoneWhoSharesTheBestMeanInBold) {
  ResultTable table = small_table();
  table.rows[1].metrics[1].mean = table.rows[0].metrics[1].mean;
  const std::string text = render_latex(table);
  EXPECT_NE(text.find("\\textbf{.500}"), text.rfind("\\textbf{.500}"));
}

}  // namespace
}  // namespace r2rank::experiment
