#include "study/study_render.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "experiment/test_results.h"

namespace r2rank::study {
namespace {

StudyResult result_of(const std::string& axis) {
  const std::vector<metrics::PerUserResults> results = {
      experiment::testing::results_of("plain", {0.2, 0.4, 0.1, 0.3}),
      experiment::testing::results_of("one | two", {0.6, 0.5, 0.9, 0.8})};
  StudyResult result{.plan = {}, .table = {}, .arms = {}, .slices = {}};
  result.plan.name = "reasons";
  result.plan.title = "Do reasons help?";
  result.plan.question = "RL against nothing.";
  result.plan.reference = "plain";
  result.plan.axis = axis;
  result.table = experiment::make_table(results, {.metrics = {"ndcg@10"}, .pairs = {{"one | two", "plain"}}});
  result.arms = {{.plan = {.name = "plain", .model = "base"},
                  .training_seconds = 0,
                  .training_slates = 0,
                  .commands = {"r2rank eval a"}},
                 {.plan = {.name = "one | two", .model = "rl", .settings = {{"rationales", "1"}}, .x = 1},
                  .training_seconds = 90,
                  .training_slates = 64,
                  .commands = {"r2rank train b", "r2rank eval c"},
                  .notes = {{"malformed share", 0.25}, {"perplexity", 12.5}}}};
  return result;
}

void expect_holds(const std::string& text, const std::vector<std::string>& parts) {
  for (const auto& part : parts) EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
}

TEST(StudyMarkdown, HasQuestionTableCostsAndCommands) {
  const std::string text = render_markdown(result_of("rationales"));
  expect_holds(text, {"# Do reasons help?", "RL against nothing.", "| arm | rationales |",
                      "| plain | - | - | - | 320 | 2 |", "| one \\| two | 1 | 1.5 | 64 | 320 | 2 |",
                      "| arm | malformed share | perplexity |\n|---|---|---|\n| one \\| two | 0.25 | 12.5 |",
                      "r2rank train b\nr2rank eval c"});
  EXPECT_EQ(render_markdown(result_of("")).find("| arm | rationales |"), std::string::npos);
}

TEST(StudyMarkdown, SaysWhereTheNoiseOfTrainingIsNotInTheInterval) {
  const std::string note = "One training each; the noise of training is not in the interval.";
  StudyResult result = result_of("");
  EXPECT_NE(render_markdown(result).find(note), std::string::npos);
  EXPECT_NE(render_text(result).find(note), std::string::npos);
  result.plan.seeds = {7, 8, 9};
  EXPECT_EQ(render_markdown(result).find(note), std::string::npos)
      << "though the table has one of seeds that came to the same";
  result.plan.seeds = {7};
  result.arms[1].training_seconds = 0;
  EXPECT_EQ(render_markdown(result).find(note), std::string::npos);
}

TEST(StudyText, HasTableAndCosts) {
  expect_holds(render_text(result_of("")),
               {"Do reasons help?", "plain", "one | two: training 1.5 min, 64 slates"});
}

TEST(StudyJson, HasEverything) {
  const auto json = nlohmann::json::parse(render_json(result_of("rationales")));
  EXPECT_EQ(json["format"], "r2rank-study");
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["reference"], "plain");
  ASSERT_EQ(json["arms"].size(), 2U);
  EXPECT_FALSE(json["arms"][0].contains("x"));
  EXPECT_EQ(json["arms"][1]["x"], 1);
  EXPECT_EQ(json["arms"][1]["eval"]["rationales"], "1");
  EXPECT_EQ(json["arms"][1]["training_seconds"], 90);
  EXPECT_EQ(json["arms"][1]["commands"].size(), 2U);
  EXPECT_EQ(json["arms"][1]["notes"]["perplexity"], 12.5);
  EXPECT_FALSE(json["arms"][0].contains("notes"));
  EXPECT_TRUE(json["table"].is_object());
}

TEST(StudyCsv, IsTheTablesOwn) {
  expect_holds(render_csv(result_of("")), {"plain,", "ndcg@10"});
}

}  // namespace
}  // namespace r2rank::study
