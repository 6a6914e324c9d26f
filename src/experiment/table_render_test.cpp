#include "experiment/table_render.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "experiment/test_tables.h"

namespace r2rank::experiment {
namespace {

using testing::lines_of, testing::width_of;

ResultTable example() {
  ResultTable table;
  table.protocol = "loo-uni19-seed7";
  table.slates_hash = "0123";
  table.users = table.slates = 500;
  table.seed = 7;
  table.resamples = 2000;
  table.metrics = {"ndcg@5", "ndcg@10", "ndcg@20", "hr@1", "hr@5", "hr@10", "mrr"};
  table.rows = {{"zero_shot", std::vector<metrics::Interval>(7, {0.2714, 0.2501, 0.2931}), 1843.2, 152.4},
                {"item-knn", std::vector<metrics::Interval>(7, {0.5412, 0.5170, 0.5654}), 0, 0.0412},
                {"mine|1", std::vector<metrics::Interval>(7, {1, 1, 1}), NAN, NAN}};
  table.pairs = {{"item-knn", "zero_shot",
                  std::vector<PairedComparison>(7, {{0.2698, 0.24, 0.3}, 0.0005, 0.0004, 0.0004})}};
  return table;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(RenderText, FitsInto120ColumnsWithTheDefaultMetrics) {
  for (const std::string& line : lines_of(render(example(), TableFormat::kText))) {
    EXPECT_LE(width_of(line), 120) << line;
  }
}

TEST(RenderText, StatesProtocolUsersSeedAndIntervals) {
  const auto lines = lines_of(render(example(), TableFormat::kText));
  const std::string first = lines[0] + lines[1];
  EXPECT_TRUE(has(first, "loo-uni19-seed7")) << first;
  EXPECT_TRUE(has(first, "500 users")) << first;
  EXPECT_TRUE(has(first, "95 % percentile bootstrap over users, 2000 resamples, seed 7")) << first;
}

TEST(RenderText, PutsTheIntervalBelowTheMean) {
  const auto lines = lines_of(render(example(), TableFormat::kText));
  const auto row = std::find_if(lines.begin(), lines.end(),
                                [](const auto& line) { return line.starts_with("zero_shot"); });
  ASSERT_NE(row, lines.end());
  EXPECT_TRUE(has(*row, ".271")) << *row;
  EXPECT_TRUE(has(*row, "1843")) << *row;
  EXPECT_TRUE(has(*(row + 1), ".250–.293")) << *(row + 1);
}

TEST(RenderText, EndsEveryColumnAtTheSamePlace) {
  const auto lines = lines_of(render(example(), TableFormat::kText));
  const size_t end = lines[3].find("ndcg@10") + 7;
  EXPECT_EQ(lines[5].substr(0, end).substr(end - 4), ".271");
  EXPECT_EQ(lines[7].substr(0, end).substr(end - 4), ".541");
}

TEST(RenderText, ShowsADashForWhatWasNotMeasured) {
  const auto text = render(example(), TableFormat::kText);
  const auto lines = lines_of(text);
  const auto row =
      std::find_if(lines.begin(), lines.end(), [](const auto& line) { return line.starts_with("mine"); });
  ASSERT_NE(row, lines.end());
  EXPECT_TRUE(row->ends_with("–")) << *row;
  EXPECT_FALSE(has(text, "nan"));
}

TEST(RenderText, ShowsPairedDifferencesWithSignAndPValue) {
  const auto text = render(example(), TableFormat::kText);
  EXPECT_TRUE(has(text, "+.270")) << text;
  EXPECT_TRUE(has(text, "+.240, +.300")) << text;
  EXPECT_TRUE(has(text, "p < .001")) << text;
}

TEST(RenderMarkdown, HasARowAScorerWithTheBestInBold) {
  const auto text = render(example(), TableFormat::kMarkdown);
  EXPECT_TRUE(has(text, "| scorer | ndcg@5 |")) << text;
  EXPECT_TRUE(has(text, "| .271 [.250, .293] |")) << text;
  EXPECT_TRUE(has(text, "| **1.000** [1.000, 1.000] |")) << text;
  EXPECT_TRUE(has(text, "mine\\|1")) << text;
  EXPECT_FALSE(has(text, "**.541**")) << text;
}

TEST(RenderMarkdown, GivesEveryRowOfATableTheSameCells) {
  auto table = example();
  table.rows.pop_back();  // its name holds an escaped bar
  int64_t bars = 0;
  for (const std::string& line : lines_of(render(table, TableFormat::kMarkdown))) {
    if (line.empty()) bars = 0;
    if (!line.starts_with("|")) continue;
    const int64_t count = std::count(line.begin(), line.end(), '|');
    EXPECT_TRUE(bars == 0 || count == bars) << line;
    bars = count;
  }
}

TEST(RenderCsv, HasALineAScorerAndMetricWithFullNames) {
  const auto lines = lines_of(render(example(), TableFormat::kCsv));
  ASSERT_EQ(lines.size(), 1U + 3 * 7 + 7);
  EXPECT_TRUE(lines[0].starts_with("scorer,metric,mean,lo,hi,users,tokens_per_slate,ms_per_slate,"));
  EXPECT_EQ(lines[2], "zero_shot,ndcg@10[loo-uni19-seed7],0.2714,0.2501,0.2931,500,1843.2,152.4,1,,,,");
  EXPECT_EQ(lines[15], "mine|1,ndcg@5[loo-uni19-seed7],1,1,1,500,,,1,,,,");
}

TEST(RenderCsv, QuotesNamesThatNeedIt) {
  auto table = example();
  table.rows[0].scorer = "a \"good\", new one";
  EXPECT_TRUE(has(render(table, TableFormat::kCsv), "\"a \"\"good\"\", new one\",ndcg@5"));
}

TEST(RenderJson, CarriesFullNamesPrecisionAndNulls) {
  const auto json = nlohmann::json::parse(render(example(), TableFormat::kJson));
  EXPECT_EQ(json["protocol"], "loo-uni19-seed7");
  EXPECT_EQ(json["users"], 500);
  EXPECT_EQ(json["rows"][0]["metrics"]["ndcg@10[loo-uni19-seed7]"]["mean"], 0.2714);
  EXPECT_TRUE(json["rows"][2]["ms_per_slate"].is_null());
  EXPECT_EQ(json["paired"][0]["metrics"]["mrr[loo-uni19-seed7]"]["p"], 0.0005);
}

TEST(RenderJson, ReplacesInvalidUtf8InNames) {
  auto table = example();
  table.rows[0].scorer = "bad\xFF";
  EXPECT_TRUE(nlohmann::json::accept(render(table, TableFormat::kJson)));
}

TEST(RenderLatex, EscapesNamesAndMarksTheBest) {
  const auto text = render(example(), TableFormat::kLatex);
  EXPECT_TRUE(has(text, "zero\\_shot & .271 {\\scriptsize [.250, .293]}")) << text;
  EXPECT_TRUE(has(text, "\\textbf{1.000}")) << text;
  EXPECT_TRUE(has(text, "\\begin{tabular}{lrrrrrrrrr}")) << text;
  EXPECT_TRUE(has(text, "item-knn $-$ zero\\_shot & $+.270$")) << text;
  for (const std::string& line : lines_of(text)) {
    EXPECT_TRUE(!line.ends_with("\\\\") || std::count(line.begin(), line.end(), '&') == 9) << line;
  }
}

TEST(RenderLatex, SetsTheLessThanSignOfSmallCostsInMathMode) {
  auto table = example();
  table.rows[0].ms_per_slate = 0.001;
  const auto text = render(table, TableFormat::kLatex);
  EXPECT_TRUE(has(text, "$<$0.01 \\\\")) << text;
}

TEST(RenderLatex, LeavesNoBarePercentSign) {
  const auto lines = lines_of(render(example(), TableFormat::kLatex));
  EXPECT_TRUE(lines[0].starts_with("% protocol")) << lines[0];
  for (size_t i = 1; i < lines.size(); ++i) EXPECT_FALSE(has(lines[i], "%")) << lines[i];
}

TEST(TableFormat, IsFoundByEachOfItsNames) {
  for (const std::string& name : table_format_names())
    EXPECT_FALSE(render(example(), table_format(name)).empty());
  EXPECT_EQ(table_format("latex"), TableFormat::kLatex);
  EXPECT_THROW(table_format("xml"), base::Error);
}

}  // namespace
}  // namespace r2rank::experiment
