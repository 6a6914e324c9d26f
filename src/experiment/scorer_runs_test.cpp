#include "experiment/scorer_runs.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "experiment/test_results.h"
#include "experiment/test_tables.h"

namespace r2rank::experiment {
namespace {

using testing::expect_part, testing::results_of;
using Results = std::vector<metrics::PerUserResults>;
using Names = std::vector<std::string>;

Results two_seeds_and_another() {
  Results results = {results_of("sasrec", {0.2, 0.4}), results_of("pop", {0.1, 0.1}),
                     results_of("sasrec", {0.4, 0.8})};
  results[2].scores[1] = {0, 1};
  return results;
}

std::string refusal(const Results& results, const Names& repeated) {
  try {
    group_runs(results, repeated);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    return error.what();
  }
  ADD_FAILURE() << "nothing was refused";
  return "";
}

TEST(ScorerRuns, GroupTheSeedsOfAScorer) {
  const auto results = two_seeds_and_another();
  const auto scorers = group_runs(results, Names{"sasrec"});
  ASSERT_EQ(scorers.size(), 2U);
  EXPECT_EQ(scorers[0].runs, (std::vector<const metrics::PerUserResults*>{&results[0], &results[2]}));
  EXPECT_EQ(user_values(scorers[0], "ndcg@10"), (std::vector<std::vector<double>>{{0.2, 0.4}, {0.4, 0.8}}));
  EXPECT_EQ(&find_runs(scorers, "pop"), &scorers[1]);
}

TEST(ScorerRuns, AreSeedsOnlyWhereThatIsSaid) {
  expect_part(refusal(two_seeds_and_another(), {}), "--seeds sasrec");
  auto twice = two_seeds_and_another();
  twice[2] = twice[0];
  expect_part(refusal(twice, {"sasrec"}), "equal scores");
  auto elsewhere = two_seeds_and_another();
  elsewhere[2].slates_hash = "another";
  expect_part(refusal(elsewhere, {"sasrec"}), "same slates");
}

TEST(ScorerRuns, AreComparedOverUsersAndSeeds) {
  const auto results = two_seeds_and_another();
  const auto scorers = group_runs(results, Names{"sasrec"});
  const auto test = compare_runs(scorers[0], scorers[1], Names{"ndcg@10"}, {})[0];
  EXPECT_NEAR(test.difference.mean, 0.35, 1e-12);
  EXPECT_NEAR(test.difference.lo, 0.1, 1e-12) << "the first user under the first seed";
  EXPECT_NEAR(test.difference.hi, 0.7, 1e-12) << "the second user under the second seed";
  EXPECT_EQ(test.p_permutation, 0.5) << "two users: two of four signs";
}

TEST(ScorerRuns, AreCorrectedAsAFamily) {
  PairedComparison first, second;
  first.p_permutation = 0.01;
  second.p_permutation = 0.5;
  hold_family(std::vector<PairedComparison*>{&first, &second});
  EXPECT_EQ(first.p_holm, 0.02);
  EXPECT_EQ(second.p_holm, 0.5);
}

TEST(ScorerRuns, NameThoseThereAre) {
  const auto results = two_seeds_and_another();
  const auto scorers = group_runs(results, Names{"sasrec"});
  try {
    find_runs(scorers, "bpr");
    ADD_FAILURE();
  } catch (const base::Error& error) {
    expect_part(error.what(), "'bpr'");
    expect_part(error.what(), "sasrec, pop");
  }
}

}  // namespace
}  // namespace r2rank::experiment
