#include "experiment/comparison_tables.h"

#include <gtest/gtest.h>

#include "experiment/sampled_results.h"
#include "experiment/test_results.h"

namespace r2rank::experiment {
namespace {

using testing::results_of;

metrics::PerUserResults scored(const std::string& name, size_t users, double value) {
  auto results = results_of(name, std::vector<double>(users, value));
  results.slates_hash = std::string(1, 'h');
  for (size_t i = 0; i < results.scores.size(); ++i) results.scores[i] = {value, static_cast<double>(i)};
  return results;
}

ComparisonPlan plan() {
  ComparisonPlan plan;
  plan.rows.resize(3);
  plan.rows[1].slates = 10;
  plan.rows[2].slates = 20;
  return plan;
}

RowResults sampled(const std::string& name, int64_t slates, double value) {
  return {slates, sampled_results(scored(name, 50, value), {slates, 7})};
}

TEST(ComparisonTables, CompareSampledRowsOnTheirSampleWithAllThatScoredIt) {
  const auto tables = comparison_tables(
      plan(),
      {{"films", {{0, scored("all", 50, 0.5)}, sampled("ten", 10, 0.2), sampled("twenty", 20, 0.3)}}});
  ASSERT_EQ(tables.size(), 3U);
  EXPECT_EQ(tables[0].rows.size(), 1U);
  EXPECT_EQ(tables[1].title, "data set, a sample of 10 test slates");
  EXPECT_EQ(tables[1].rows.size(), 3U);
  EXPECT_EQ(tables[1].columns[0].slates, 10);
  EXPECT_EQ(tables[2].rows.size(), 2U) << "ten slates are no twenty";
  EXPECT_EQ(tables[2].columns[0].slates, 20);
}

TEST(ComparisonTables, TakeASampleOfEverythingForTheWhole) {
  const auto tables =
      comparison_tables(plan(), {{"small", {{0, scored("all", 8, 0.5)}, {10, scored("ten", 8, 0.2)}}}});
  EXPECT_EQ(tables[0].rows.size(), 2U);
}

TEST(ComparisonTables, LeaveOutDataSetsWithoutResultsAndAReferenceThatFailed) {
  auto with_reference = plan();
  with_reference.reference = "failed";
  with_reference.rows.resize(1);
  const auto tables =
      comparison_tables(with_reference, {{"films", {{0, scored("all", 8, 0.5)}}}, {"empty", {}}});
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(tables[0].columns.size(), 1U);
  EXPECT_EQ(tables[0].options.reference, "");
  EXPECT_TRUE(comparison_tables(with_reference, {{"empty", {}}}).empty());
}

TEST(ComparisonTables, ShowTheMainMetricWithoutTiedSlatesToo) {
  auto one = plan();
  one.rows.resize(1);
  one.metrics = {"mrr"};
  const auto tables = comparison_tables(
      one, {{"films", {{0, scored("all", 8, 0.5)}}, {0, 3}}, {"games", {{0, scored("all", 6, 0.5)}}}});
  ASSERT_EQ(tables.size(), 3U);
  EXPECT_EQ(tables[2].title, "data set, without users of whom equal timestamps decide slates");
  EXPECT_EQ(tables[2].columns[0].slates, 6);
  EXPECT_EQ(tables[2].columns[0].slates_hash, "h:untied");
  EXPECT_EQ(tables[2].columns[1].slates_hash, "h");
}

TEST(ComparisonTables, ShowSamplesWithoutTiedSlatesToo) {
  auto one = plan();
  one.rows.resize(2);
  const auto tables =
      comparison_tables(one, {{"films", {{0, scored("all", 50, 0.5)}, sampled("ten", 10, 0.2)}, {0, 3}}});
  ASSERT_EQ(tables.size(), 4U);
  EXPECT_EQ(tables[2].rows.size(), 1U);
  EXPECT_EQ(tables[3].title,
            "data set, a sample of 10 test slates, without users of whom equal timestamps decide slates");
  EXPECT_EQ(tables[3].rows.size(), 2U);
}

TEST(ComparisonTables, PoolTheSeedsOfARow) {
  auto one = plan();
  one.rows.resize(1);
  const auto tables =
      comparison_tables(one, {{"films", {{0, scored("all", 8, 0.5)}, {0, scored("all", 8, 0.7)}}}});
  EXPECT_EQ(tables[0].rows[0].cells[0]->seeds, 2);
  EXPECT_NEAR(tables[0].rows[0].cells[0]->value.mean, 0.6, 1e-12);
}

}  // namespace
}  // namespace r2rank::experiment
