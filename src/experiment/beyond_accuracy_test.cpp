#include "experiment/beyond_accuracy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/progress.h"
#include "experiment/beyond_render.h"
#include "experiment/test_results.h"
#include "experiment/test_tables.h"

namespace r2rank::experiment {
namespace {

using testing::expect_part, testing::lines_of;

class BeyondAccuracy : public ::testing::Test {
 protected:
  void SetUp() override { base::set_progress_enabled(false); }
  metrics::PerUserResults scored(const std::string& baseline) {
    const auto scorer = baselines::make_baseline(baseline, {dataset_, split_}, 7);
    return evaluate(*scorer, slates_, dataset_, baseline);
  }
  BeyondTable table(const std::vector<metrics::PerUserResults>& results, int k) {
    return beyond_accuracy(results, dataset_, split_, slates_, k, {.resamples = 200});
  }
  /// Scores as given for every slate.
  metrics::PerUserResults with_scores(const std::vector<double>& scores) {
    auto results = scored("constant");
    results.scores.assign(results.scores.size(), scores);
    return results;
  }

  data::Dataset dataset_ = baselines::testing::random_dataset(1, 30, 25);
  data::Split split_ = baselines::testing::leave_last_two(dataset_);
  data::SlateSet slates_ = testing::slates_of(dataset_);
};

TEST_F(BeyondAccuracy, OfWholeListsIsThatOfTheCandidates) {
  const auto row = table({scored("random")}, 5).rows[0];
  EXPECT_DOUBLE_EQ(row.candidate_coverage, 1);
  EXPECT_LE(row.catalogue_coverage, 1);
  EXPECT_FALSE(row.category_distance.has_value()) << "no item has a category";
  EXPECT_DOUBLE_EQ(row.training_count.mean, table({scored("popularity")}, 5).rows[0].training_count.mean);
}

TEST_F(BeyondAccuracy, FindsPopularityPopular) {
  const auto rows = table({scored("popularity"), scored("constant")}, 2).rows;
  EXPECT_GT(rows[0].training_count.mean, rows[1].training_count.mean);
  EXPECT_GT(rows[0].percentile.mean, rows[1].percentile.mean);
  EXPECT_GT(rows[0].gini, rows[1].gini);
  EXPECT_LT(rows[0].catalogue_coverage, rows[1].catalogue_coverage);
}

TEST_F(BeyondAccuracy, MeasuresPercentilesFromZeroToOne) {
  // The mean over all items of (fewer + half of equal) / items is one half, whatever the counts are.
  slates_.slates.resize(1);
  slates_.slates[0].candidates = baselines::testing::all_items(dataset_);
  slates_.slates[0].relevance.assign(25, 0.0F);
  slates_.slates[0].relevance[0] = 1;
  EXPECT_NEAR(table({scored("constant")}, 3).rows[0].percentile.mean, 0.5, 1e-12);
}

TEST_F(BeyondAccuracy, ComparesCategoriesWhereThereAreAny) {
  for (size_t item = 0; item < dataset_.items.size(); ++item)
    dataset_.items[item].categories = {item % 2 == 0 ? "even" : "odd"};
  // The five candidates have indices that follow each other (but at the end): x, x + 2 are alike, x, x + 1
  // not.
  slates_.slates.resize(1);
  slates_.slates[0].candidates = {4, 5, 6, 7, 8};
  auto results = scored("constant");
  results.scores[0] = {3, 0, 2, 0, 1};
  EXPECT_EQ(table({results}, 3).rows[0].category_distance->mean, 0);
  results.scores[0] = {3, 2, 0, 0, 0};
  EXPECT_EQ(table({results}, 2).rows[0].category_distance->mean, 1);
  results.scores[0] = {0, 0, 0, 0, 0};
  EXPECT_NEAR(table({results}, 2).rows[0].category_distance->mean, 0.6, 1e-12);  // 6 of 10 pairs differ
}

TEST_F(BeyondAccuracy, CalibratesTheScoresOfASlate) {
  // The relevant candidate is the first; softmax gives it 0.8 of two, and it is always right.
  for (auto& slate : slates_.slates) {
    slate.candidates.resize(2);
    slate.relevance = {1, 0};
  }
  const auto row = table({with_scores({std::log(4.0), 0})}, 1).rows[0];
  EXPECT_NEAR(row.calibration.plain.top_error, 0.2, 1e-12);
  EXPECT_NEAR(row.calibration.plain.error, 0.2, 1e-12);
  EXPECT_NEAR(row.calibration.plain.log_loss, -std::log(0.8), 1e-12);
  EXPECT_LT(row.calibration.scaled.log_loss, 0.01) << "a low temperature makes it sure";
  EXPECT_FALSE(row.calibration.probability_error.has_value());
}

TEST_F(BeyondAccuracy, ReadsScoresBetweenZeroAndOneAsProbabilities) {
  for (auto& slate : slates_.slates) {
    slate.candidates.resize(2);
    slate.relevance = {1, 0};
  }
  const auto row = table({with_scores({0.9, 0.3})}, 1).rows[0];
  EXPECT_NEAR(row.calibration.probability_error.value(), (0.1 + 0.3) / 2, 1e-12);
}

TEST_F(BeyondAccuracy, FitsNoTemperatureOnTheUsersItJudges) {
  // Users of one half are right, those of the other wrong: what the other half teaches is wrong each time.
  for (size_t i = 0; i < slates_.slates.size(); ++i) {
    slates_.slates[i].candidates.resize(2);
    slates_.slates[i].relevance = i % 2 == 0 ? std::vector<float>{1, 0} : std::vector<float>{0, 1};
  }
  const auto row = table({with_scores({1, 0})}, 1).rows[0];
  EXPECT_GT(row.calibration.scaled.log_loss, 2);
  EXPECT_GT(row.calibration.temperature, 100) << "over all users the scores say nothing";
}

TEST_F(BeyondAccuracy, IsWrittenInEveryFormat) {
  const auto both = table({scored("popularity"), scored("random")}, 2);
  const auto text = render(both, TableFormat::kText);
  expect_part(text, "coverage@2");
  expect_part(text, "ece-top-scaled");
  for (const auto& line : lines_of(text)) EXPECT_LE(testing::width_of(line), 120) << line;
  expect_part(render(both, TableFormat::kMarkdown), "| popularity |");
  expect_part(render(both, TableFormat::kLatex), "\\begin{tabular}{lrrrrrrr}");
  const auto lines = lines_of(render(both, TableFormat::kCsv));
  ASSERT_EQ(lines.size(), 1U + 2 * 15);
  EXPECT_TRUE(lines[4].starts_with("popularity,count@2,")) << lines[4];
  EXPECT_EQ(lines[6], "popularity,category-distance@2,,,");
  const auto json = nlohmann::json::parse(render(both, TableFormat::kJson));
  EXPECT_TRUE(json[0]["category-distance@2"].is_null());
  EXPECT_EQ(json[0]["percentile@2"]["mean"].get<double>(), both.rows[0].percentile.mean);
  EXPECT_EQ(json[1]["reliability"].size(), 10U);
}

}  // namespace
}  // namespace r2rank::experiment
