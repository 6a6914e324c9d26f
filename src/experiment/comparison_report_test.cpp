#include "experiment/comparison_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "experiment/test_comparisons.h"
#include "experiment/test_tables.h"

namespace r2rank::experiment {
namespace {

using testing::expect_part, testing::small_comparison;

MeasuredRow row(const std::string& name) {
  MeasuredRow row;
  row.dataset = "films";
  row.row = row.method = name;
  row.trials = 1;
  row.report = R"({"best":0,"trials":[{"run":true,"ended_by":"patience","epochs":[{"epoch":1}]}]})";
  return row;
}

/// A trained row that the clock cut, a language model with notes, and a row that failed.
ComparisonResult example() {
  ComparisonResult result;
  result.places = {{"films",
                    "loo-uni19-seed7",
                    {{"files", data::Verdict::kFine, 0, 0, "fit"},
                     {"tied-order", data::Verdict::kWarning, 3, 40, "equal times decide"}}}};
  result.tables = {small_comparison(), small_comparison()};
  result.tables[1].options.metric = "mrr";
  result.rows = {row("sasrec"), row("llm-listwise"), row("ease")};
  result.rows[0].ended_by = "minutes";
  result.rows[0].trials = 3;
  result.rows[0].trials_cut = 2;
  result.rows[0].trials_not_begun = 2;
  result.rows[0].budget = {{"minutes", "4.0"}};
  result.rows[1].notes = {{"malformed share", 0.25}};
  result.rows[1].tokens_per_slate = 512;
  result.rows[1].ms_per_slate = 31.5;
  result.rows[2].failure = "[ease] too many items";
  return result;
}

TEST(ComparisonReport, MarksWhatTheClockDecided) {
  const std::string page = render(example(), "`r2rank compare x`", TableFormat::kMarkdown);
  expect_part(page, "**minutes**; 2 of 3 trials by **minutes**; **2 trials not begun**");
  expect_part(page, "Cut by the clock, and so perhaps below what they can do: films / sasrec (seed 7).");
  const auto json = report_json(example(), "x");
  EXPECT_EQ(json["rows"][0]["cut_by_clock"], true);
  EXPECT_EQ(json["rows"][1]["cut_by_clock"], false);
}

TEST(ComparisonReport, SaysWhatFailedWhatItCostAndWhatWasNoted) {
  const std::string page = render(example(), "`r2rank compare x`", TableFormat::kMarkdown);
  expect_part(page, "Made by `r2rank compare x`.");
  expect_part(page, "**failed**");
  expect_part(page, "too many items");
  expect_part(page, "| 31.5 | 512 |");
  expect_part(page, "films / llm-listwise (seed 7): malformed share 0.25");
  expect_part(page,
              "- films (loo-uni19-seed7): warning\n  - warning tied-order (3 of 40): equal times decide\n");
  expect_part(render(example(), "", TableFormat::kText),
              "failed: films / ease (seed 7): [ease] too many items\n");
}

TEST(ComparisonReport, ShowsATerminalTheMainMetricAlone) {
  const std::string text = render(example(), "", TableFormat::kText);
  expect_part(text, "ndcg@10 by data set");
  EXPECT_EQ(text.find("mrr by data set"), std::string::npos);
  expect_part(render(example(), "", TableFormat::kCsv), "mrr[loo-uni19-seed7]");
}

TEST(ComparisonReport, HoldsSeedBudgetTrialsAndFailureOfEachRow) {
  const auto json = report_json(example(), "the command");
  EXPECT_EQ(json["command"], "the command");
  EXPECT_EQ(json["tables"].size(), 2U);
  EXPECT_EQ(json["datasets"][0]["verdict"], "warning");
  EXPECT_EQ(json["datasets"][0]["findings"].size(), 2U);
  EXPECT_EQ(json["rows"][0]["seed"], 7);
  EXPECT_EQ(json["rows"][0]["budget"]["minutes"], "4.0");
  EXPECT_EQ(json["rows"][0]["report"]["trials"][0]["ended_by"], "patience");
  EXPECT_FALSE(json["rows"][0]["report"]["trials"][0].contains("epochs"));
  EXPECT_TRUE(json["rows"][0]["valid_ndcg@10"].is_null());
  EXPECT_EQ(json["rows"][1]["notes"]["malformed share"], 0.25);
  EXPECT_EQ(json["rows"][2]["failure"], "[ease] too many items");
}

}  // namespace
}  // namespace r2rank::experiment
