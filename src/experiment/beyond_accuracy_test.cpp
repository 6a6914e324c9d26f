#include "experiment/beyond_accuracy.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/progress.h"
#include "experiment/test_results.h"

namespace r2rank::experiment {
namespace {

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

TEST_F(BeyondAccuracy, RefusesScoresThatOnlyRank) {
  auto restored = scored("popularity");
  restored.ranks_only = true;
  EXPECT_THROW(table({scored("random"), restored}, 5), base::Error);
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

}  // namespace
}  // namespace r2rank::experiment
