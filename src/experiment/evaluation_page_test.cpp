#include "experiment/evaluation_page.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "experiment/test_results.h"
#include "experiment/test_tables.h"

namespace r2rank::experiment {
namespace {

using testing::expect_part, testing::results_of;

EvaluationPage example() {
  const std::vector<metrics::PerUserResults> results = {results_of("random", {0.2, 0.1, 0.3, 0.2}),
                                                        results_of("trained", {0.6, 0.5, 0.9, 0.4})};
  EvaluationPage page{
      make_table(results, {.metrics = {"ndcg@10", "mrr", "auc"}, .pairs = {{"trained", "random"}}}),
      {"ndcg@10", "mrr"}};
  page.seconds = {{"train", 12.5}, {"total", 80}};
  return page;
}

EvaluationPage with_slice() {
  EvaluationPage page = example();
  const std::vector<metrics::PerUserResults> results = {results_of("random", {0.2, 0.1, 0.3, 0.2})};
  page.slices.push_back(compare_in_slice({"history", {"short", "long"}, {0, 1, 0, 1}}, results, {}));
  return page;
}

TEST(SummaryJson, HasTheShapeThatIsPromised) {
  const auto json = nlohmann::json::parse(summary_json(example()));
  EXPECT_EQ(json["protocol"], "loo-uni19-seed7");
  EXPECT_EQ(json["users"], 4);
  EXPECT_EQ(json["results"].size(), 2U);
  EXPECT_EQ(json["results"]["trained"].size(), 3U) << "every metric, shown or not";
  EXPECT_NEAR(json["results"]["trained"]["ndcg@10"]["mean"].get<double>(), 0.6, 1e-12);
  EXPECT_LT(json["results"]["trained"]["ndcg@10"]["lo"], json["results"]["trained"]["ndcg@10"]["hi"]);
  EXPECT_NEAR(json["paired"]["trained-random"]["ndcg@10"]["mean"].get<double>(), 0.4, 1e-12);
  EXPECT_GT(json["paired"]["trained-random"]["ndcg@10"]["lo"], 0);
  EXPECT_EQ(json["paired"]["trained-random"]["ndcg@10"]["p_holm"], 0.125);
  EXPECT_EQ(json["seconds"], (nlohmann::json{{"train", 12.5}, {"total", 80.0}}));
  EXPECT_FALSE(json.contains("slices") || json.contains("beyond_accuracy"));
}

TEST(SummaryJson, SaysWhatItWasMadeFromWhereThatIsKnown) {
  EvaluationPage page = example();
  EXPECT_FALSE(nlohmann::json::parse(summary_json(page)).contains("made_from"));
  page.made_from = {{"command", "r2rank eval"}, {"split", "data/split"}};
  EXPECT_EQ(nlohmann::json::parse(summary_json(page))["made_from"],
            (nlohmann::json{{"command", "r2rank eval"}, {"split", "data/split"}}));
}

TEST(SummaryJson, HasEveryPartEvenWhereNothingIsInIt) {
  EvaluationPage page = example();
  page.table.pairs.clear();
  page.seconds.clear();
  const auto json = nlohmann::json::parse(summary_json(page));
  EXPECT_TRUE(json["paired"].is_object() && json["paired"].empty());
  EXPECT_TRUE(json["seconds"].is_object() && json["seconds"].empty());
}

TEST(EvaluationPage, ShowsTheColumnsAskedForAndTheSlicesBelow) {
  const auto text = render(with_slice(), TableFormat::kMarkdown);
  expect_part(text, "| scorer | ndcg@10 | mrr | tokens/slate |");
  expect_part(text, "\n| history | short (2 users) | long (2 users) |\n");
  EXPECT_LT(text.find("| scorer"), text.find("| history"));
}

TEST(EvaluationPage, ShowsWhatLanguageModelsNoted) {
  EvaluationPage page = example();
  page.notes["trained"] = {{"answers", 4}, {"malformed share", 0.25}};
  expect_part(render(page, TableFormat::kMarkdown), "\nNotes of trained: answers 4; malformed share 0.25\n");
  expect_part(render(page, TableFormat::kText), "\nnotes of trained: answers 4; malformed share 0.25\n");
  EXPECT_EQ(render(page, TableFormat::kCsv), render(example(), TableFormat::kCsv));
  EXPECT_EQ(nlohmann::json::parse(summary_json(page))["notes"]["trained"]["malformed share"], 0.25);
  EXPECT_FALSE(nlohmann::json::parse(summary_json(example())).contains("notes"));
}

TEST(EvaluationPage, IsOneObjectAsJson) {
  const auto json = nlohmann::json::parse(render(with_slice(), TableFormat::kJson));
  EXPECT_EQ(json["rows"].size(), 2U);
  EXPECT_EQ(json["slices"][0]["title"], "history");
  EXPECT_EQ(nlohmann::json::parse(summary_json(with_slice()))["slices"], json["slices"]);
}

TEST(EvaluationPage, SeparatesCsvTablesByAnEmptyLine) {
  expect_part(render(with_slice(), TableFormat::kCsv), "\n\ntable,column,scorer,metric,");
}

}  // namespace
}  // namespace r2rank::experiment
