#include "experiment/comparison_table.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "experiment/test_results.h"
#include "experiment/test_tables.h"

namespace r2rank::experiment {
namespace {

using testing::expect_part, testing::results_of;
using Values = std::vector<double>;

Values shifted(const Values& values, double by) {
  Values result = values;
  for (double& value : result) value += by;
  return result;
}

Values spread(size_t users) {
  Values values(users);
  for (size_t i = 0; i < users; ++i) values[i] = 0.3 + 0.2 * std::sin(static_cast<double>(i));
  return values;
}

/// Two data sets; "new" is better than "base" on the first, "old" worse; "new" is missing on the second.
std::vector<ComparisonInput> inputs() {
  const Values games = spread(40), films = spread(25);
  ComparisonInput first{"games",
                        {results_of("base", games), results_of("new", shifted(games, 0.1)),
                         results_of("old", shifted(games, -0.1))}};
  ComparisonInput second{"films", {results_of("old", films), results_of("base", films)}};
  for (auto& results : second.results) results.slates_hash = "other slates";
  return {first, second};
}

ComparisonTable table_of(const ComparisonOptions& options) {
  return compare("data set", inputs(), options);
}

std::string refusal(const std::vector<ComparisonInput>& columns, const ComparisonOptions& options = {}) {
  try {
    compare("data set", columns, options);
  } catch (const base::Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was refused";
  return "";
}

TEST(Compare, HasARowAScorerAndAColumnASetOfSlates) {
  const auto table = table_of({});
  ASSERT_EQ(table.rows.size(), 3U);
  EXPECT_EQ(table.rows[1].scorer, "new");
  EXPECT_FALSE(table.rows[1].cells[1].has_value());
  EXPECT_EQ(table.columns[0].users, 40);
  EXPECT_EQ(table.columns[1].slates_hash, "other slates");
  EXPECT_NEAR(table.rows[1].cells[0]->value.mean, table.rows[0].cells[0]->value.mean + 0.1, 1e-12);
  EXPECT_TRUE(is_best(table, table.rows[1], 0));
  EXPECT_FALSE(is_best(table, table.rows[0], 0));
  EXPECT_TRUE(is_best(table, table.rows[0], 1) && is_best(table, table.rows[2], 1));
  EXPECT_FALSE(is_best(table, table.rows[1], 1));
}

TEST(Compare, TestsEveryOtherScorerOfAColumnAgainstTheReference) {
  const auto table = table_of({.reference = "base"});
  EXPECT_FALSE(table.rows[0].cells[0]->to_reference.has_value());
  EXPECT_EQ(significance(table, *table.rows[1].cells[0]), 1);
  EXPECT_EQ(significance(table, *table.rows[2].cells[0]), -1);
  EXPECT_EQ(significance(table, *table.rows[2].cells[1]), 0);
  const auto& test = *table.rows[1].cells[0]->to_reference;
  EXPECT_NEAR(test.difference.mean, 0.1, 1e-12);
  EXPECT_EQ(test.p_permutation, 1 / 10001.0);
  EXPECT_EQ(test.p_holm, 2 / 10001.0);  // two comparisons in this column, one in the other
  EXPECT_EQ(table.rows[2].cells[1]->to_reference->p_holm, 1);
}

TEST(Compare, PoolsTheSeedsOfAScorer) {
  auto columns = inputs();
  columns[0].results.push_back(columns[0].results[1]);
  columns[0].results.back().scores[0] = {0, 1};
  for (double& value : columns[0].results.back().values["ndcg@10"]) value += 0.2;
  const auto table = compare("data set", columns, {.reference = "base", .seeds = {"new"}});
  EXPECT_EQ(table.rows[1].cells[0]->seeds, 2);
  EXPECT_NEAR(table.rows[1].cells[0]->seed_deviation, 0.2 / std::sqrt(2.0), 1e-12);
  EXPECT_NEAR(table.rows[1].cells[0]->to_reference->difference.mean, 0.2, 1e-12);
  expect_part(refusal(columns), "--seeds new");
}

TEST(Compare, RefusesWhatCannotBeCompared) {
  auto mixed = inputs();
  mixed[0].results[1].slates_hash = "another";
  expect_part(refusal(mixed), "same slates");
  auto twice = inputs();
  twice[1].name = "games";
  expect_part(refusal(twice), "'games' twice");
  expect_part(refusal({}), "found none");
  expect_part(refusal({{"games", {}}}), "'games'");
  expect_part(refusal(inputs(), {.reference = "bse"}), "'bse'");
  expect_part(refusal(inputs(), {.metric = "map@3"}), "map@3");
}

TEST(Compare, TakesTheLabelsOfASliceForColumns) {
  const Slice slice{"history", {"short", "long"}, {0, 0, 1, 0, -1, 1}};
  const std::vector<metrics::PerUserResults> results = {results_of("a", {1, 0, 0.5, 0.5, 9, 1}),
                                                        results_of("b", {0, 0, 0, 0, 9, 0})};
  const auto table = compare_in_slice(slice, results, {.reference = "b"});
  EXPECT_EQ(table.title, "history");
  EXPECT_EQ(table.columns[0].name, "short");
  EXPECT_EQ(table.columns[0].users, 3);
  EXPECT_EQ(table.columns[1].users, 2);
  EXPECT_NEAR(table.rows[0].cells[0]->value.mean, 0.5, 1e-12);
  EXPECT_NEAR(table.rows[0].cells[1]->value.mean, 0.75, 1e-12);
  EXPECT_EQ(table.rows[0].cells[1]->to_reference->p_permutation, 0.5);
}

}  // namespace
}  // namespace r2rank::experiment
