#include "experiment/result_table.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "experiment/test_results.h"

namespace r2rank::experiment {
namespace {

using testing::results_of;
using Results = std::vector<metrics::PerUserResults>;

std::string refusal(const Results& results, const TableOptions& options) {
  try {
    make_table(results, options);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    return error.what();
  }
  ADD_FAILURE() << "nothing was refused";
  return "";
}

TEST(MakeTable, HasARowAScorerWithMeansIntervalsAndCosts) {
  const Results results = {results_of("random", {0.2, 0.4, 0.3}), results_of("trained", {0.6, 0.8, 0.1})};
  const auto table = make_table(results, {});
  EXPECT_EQ(table.protocol, "loo-uni19-seed7");
  EXPECT_EQ(table.users, 3);
  EXPECT_EQ(table.slates, 3);
  EXPECT_EQ(table.metrics.size(), 7U);
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[1].scorer, "trained");
  const auto ndcg = table.rows[1].metrics[1];
  EXPECT_DOUBLE_EQ(ndcg.mean, 0.5);
  EXPECT_LT(ndcg.lo, 0.5);
  EXPECT_GT(ndcg.hi, 0.5);
  EXPECT_DOUBLE_EQ(table.rows[0].ms_per_slate, 1.5);
  EXPECT_DOUBLE_EQ(table.rows[0].tokens_per_slate, 320);
}

TEST(MakeTable, CountsAUserWithSeveralSlatesOnce) {
  auto results = results_of("a", {1.0, 0.0, 0.5});
  results.user_ids = {"x", "x", "y"};
  const auto table = make_table(Results{results}, {.metrics = {"ndcg@10"}});
  EXPECT_EQ(table.users, 2);
  EXPECT_EQ(table.slates, 3);
  EXPECT_DOUBLE_EQ(table.rows[0].metrics[0].mean, 0.5);
}

TEST(MakeTable, LeavesCostsOutThatNobodyMeasured) {
  auto results = results_of("outside", {1.0, 0.0});
  results.values.erase(kMilliseconds);
  results.values.erase(kTokens);
  const auto table = make_table(Results{results}, {});
  EXPECT_TRUE(std::isnan(table.rows[0].ms_per_slate));
  EXPECT_TRUE(std::isnan(table.rows[0].tokens_per_slate));
}

TEST(MakeTable, TestsPairsOnTheSameUsers) {
  const Results results = {results_of("a", {0.2, 0.4, 0.3}), results_of("b", {0.3, 0.5, 0.4})};
  const auto table = make_table(results, {.metrics = {"ndcg@10"}, .pairs = {{"b", "a"}}});
  ASSERT_EQ(table.pairs.size(), 1U);
  const auto& test = table.pairs[0].tests[0];
  EXPECT_NEAR(test.difference.mean, 0.1, 1e-12);
  EXPECT_NEAR(test.difference.lo, 0.1, 1e-12);  // the difference is the same for every user
  EXPECT_LT(test.p_bootstrap, 0.01);
  EXPECT_EQ(test.p_permutation, 0.25);  // of the eight signs two reach as far
  EXPECT_EQ(test.p_holm, 0.25);
}

TEST(MakeTable, CorrectsTheTestsOfAColumnTogether) {
  const Results results = {results_of("a", {0.2, 0.4, 0.3, 0.1}), results_of("b", {0.3, 0.5, 0.4, 0.2}),
                           results_of("c", {0.2, 0.5, 0.2, 0.1})};
  const auto table = make_table(results, {.metrics = {"ndcg@10"}, .pairs = {{"b", "a"}, {"b", "c"}}});
  EXPECT_EQ(table.pairs[0].tests[0].p_permutation, 0.125);
  EXPECT_EQ(table.pairs[1].tests[0].p_permutation, 0.25);
  EXPECT_EQ(table.pairs[0].tests[0].p_holm, 0.25);
  EXPECT_EQ(table.pairs[1].tests[0].p_holm, 0.25);
}

TEST(MakeTable, AveragesTrainingSeedsInOneRow) {
  Results results = {results_of("a", {0.2, 0.4, 0.3}), results_of("b", {0.3, 0.5, 0.4}),
                     results_of("a", {0.4, 0.6, 0.5})};
  results[2].scores[0] = {0, 1};
  const auto table = make_table(results, {.metrics = {"ndcg@10"}, .pairs = {{"b", "a"}}, .seeds = {"a"}});
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0].seeds, 2);
  EXPECT_NEAR(table.rows[0].metrics[0].mean, 0.4, 1e-12);
  EXPECT_NEAR(table.rows[0].seed_deviations[0], 0.2 / std::sqrt(2.0), 1e-12);
  EXPECT_NEAR(table.pairs[0].tests[0].difference.mean, 0, 1e-12);
  EXPECT_NE(table.interval_method().find("users and training seeds"), std::string::npos);
}

TEST(MakeTable, RefusesTheSameRunTwice) {
  const auto text = refusal({results_of("a", {0.2, 0.4}), results_of("a", {0.2, 0.4})}, {.seeds = {"a"}});
  EXPECT_NE(text.find("equal scores"), std::string::npos) << text;
}

TEST(MakeTable, GivesSomeOfItsColumnsInTheOrderAskedFor) {
  const Results results = {results_of("a", {0.2, 0.4, 0.3}), results_of("b", {0.3, 0.5, 0.4})};
  const auto table = make_table(results, {.pairs = {{"b", "a"}}});
  const auto some = with_columns(table, std::vector<std::string>{"mrr", "ndcg@10"});
  EXPECT_EQ(some.metrics, (std::vector<std::string>{"mrr", "ndcg@10"}));
  EXPECT_EQ(some.rows[1].metrics[1].mean, table.rows[1].metrics[1].mean);
  EXPECT_EQ(some.pairs[0].tests[0].difference.mean, table.pairs[0].tests[6].difference.mean);
}

TEST(MakeTable, IsTheSameForTheSameSeed) {
  const Results results = {results_of("a", {0.2, 0.4, 0.3, 0.9, 0.1})};
  const auto first = make_table(results, {.resampling = {.seed = 3}}).rows[0].metrics[0];
  const auto second = make_table(results, {.resampling = {.seed = 3}}).rows[0].metrics[0];
  EXPECT_EQ(first.lo, second.lo);
  EXPECT_EQ(first.hi, second.hi);
}

TEST(MakeTable, RefusesResultsOnDifferentSlates) {
  auto other = results_of("b", {0.3, 0.5});
  other.slates_hash = "another";
  EXPECT_NE(refusal({results_of("a", {0.2, 0.4}), other}, {}).find("same slates"), std::string::npos);
}

TEST(MakeTable, RefusesTwoScorersOfOneName) {
  EXPECT_NE(refusal({results_of("a", {0.2}), results_of("a", {0.3})}, {}).find("different names"),
            std::string::npos);
}

TEST(MakeTable, RefusesAPairOfUnknownScorers) {
  const auto text = refusal({results_of("a", {0.2}), results_of("b", {0.3})}, {.pairs = {{"a", "c"}}});
  EXPECT_NE(text.find("'c'"), std::string::npos) << text;
  EXPECT_NE(text.find("a, b"), std::string::npos) << text;
}

TEST(MakeTable, RefusesNothingToShow) {
  refusal({}, {});
  refusal({results_of("a", {})}, {});
}

}  // namespace
}  // namespace r2rank::experiment
