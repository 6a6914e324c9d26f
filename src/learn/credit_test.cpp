#include "learn/credit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/error.h"

namespace r2rank::learn {
namespace {

/// Two items, two rationales; with U(x) = x_0 - 2 x_1^2 every credit can be worked out by hand.
const SlateScores kScores{{{1, 3}, {2, 4}}, {0, 1}};
double utility(std::span<const double> s) {
  return s[0] - 2 * s[1] * s[1];
}

std::vector<std::vector<double>> credit(Credit how, Objective objective = Objective::kJ1,
                                        double baseline = 0) {
  return token_credit(how, objective, kScores, utility, baseline);
}

void expect_table(const std::vector<std::vector<double>>& found,
                  const std::vector<std::vector<double>>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    ASSERT_EQ(found[i].size(), expected[i].size());
    for (size_t g = 0; g < found[i].size(); ++g)
      EXPECT_NEAR(found[i][g], expected[i][g], 1e-6) << i << " " << g;
  }
}

TEST(Credit, NoneIsZeroForEveryToken) {
  expect_table(credit(Credit::kNone), {{0, 0}, {0, 0}});
}

TEST(Credit, SharedIsTheRewardOverTheBaselineWithWeightOneOverG) {
  // U of the joint samples: 1 - 8 = -7 and 3 - 32 = -29.
  expect_table(credit(Credit::kShared, Objective::kJ1, -10), {{1.5, -9.5}, {1.5, -9.5}});
}

TEST(Credit, SharedOfTheMeanHasWeightOne) {
  // U(2, 3) = -16.
  expect_table(credit(Credit::kShared, Objective::kJG, -10), {{-6, -6}, {-6, -6}});
}

TEST(Credit, RlooComparesJointSamplesWithEachOther) {
  expect_table(credit(Credit::kRloo), {{11, -11}, {11, -11}});
}

TEST(Credit, GrpoIsTheZScoreOfTheGroup) {
  const double z = 1 / std::sqrt(2.0);
  expect_table(credit(Credit::kGrpo), {{z / 2, -z / 2}, {z / 2, -z / 2}});
}

TEST(Credit, GrpoOfEqualRewardsIsZeroAndNotInfinite) {
  const SlateScores equal{{{1, 1}, {2, 2}}, {0, 0}};
  expect_table(token_credit(Credit::kGrpo, Objective::kJ1, equal, utility, 0), {{0, 0}, {0, 0}});
}

TEST(Credit, ContributionIsWhatTheMeanLosesWithoutTheRationale) {
  // Without g the item keeps the other score: U(3,3) = -15, U(1,3) = -17; U(2,4) = -30, U(2,2) = -6.
  expect_table(credit(Credit::kContribution), {{-1, 1}, {14, -10}});
}

TEST(Credit, MarginalComparesTheRationalesOfOneItem) {
  // U(1,3) = -17, U(3,3) = -15; U(2,2) = -6, U(2,4) = -30; differences halved.
  expect_table(credit(Credit::kMarginal), {{-1, 1}, {12, -12}});
}

TEST(Credit, VersusSilentAsksWhetherThinkingHelped) {
  // Silent: U(0,3) = -18 and U(2,1) = 0; weight one half.
  expect_table(credit(Credit::kVersusSilent), {{0.5, 1.5}, {-3, -15}});
}

TEST(Credit, WorksWithOneRationaleWhereTheConfigurationAllowsIt) {
  const SlateScores single{{{1}, {2}}, {0, 1}};
  for (const Credit how : {Credit::kNone, Credit::kShared, Credit::kVersusSilent})
    for (const auto& row : token_credit(how, Objective::kJ1, single, utility, 0.0))
      for (const double value : row) EXPECT_TRUE(std::isfinite(value));
}

TEST(Credit, ComparingCreditsSumToZeroOverTheRationalesOfAnItem) {
  const SlateScores scores{{{0.3, -1, 2.2}, {0.1, 0.9, -0.7}}, {0, 0}};
  for (const Credit how : {Credit::kGrpo, Credit::kRloo, Credit::kMarginal})
    for (const auto& row : token_credit(how, Objective::kJ1, scores, utility, 0))
      EXPECT_NEAR(std::accumulate(row.begin(), row.end(), 0.0), 0, 1e-12);
}

TEST(Credit, RewardsAreOneForEachJointSampleOrTheOneOfTheMean) {
  EXPECT_EQ(slate_rewards(Objective::kJ1, kScores, utility), (std::vector<double>{-7, -29}));
  EXPECT_EQ(slate_rewards(Objective::kJG, kScores, utility), (std::vector<double>{-16, -16}));
}

TEST(Credit, NamesGoThereAndBack) {
  const auto names = credit_names();
  ASSERT_EQ(names.size(), 7U);
  for (size_t i = 0; i < names.size(); ++i) EXPECT_EQ(static_cast<size_t>(credit_of(names[i])), i);
  EXPECT_EQ(credit_of("versus-silent"), Credit::kVersusSilent);
  EXPECT_EQ(objective_of("jg"), Objective::kJG);
}

TEST(Credit, RefusesUnknownNamesAndListsTheKnownOnes) {
  try {
    credit_of("gae");
    FAIL() << "nothing was refused";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    for (const auto& name : credit_names())
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos);
  }
  try {
    objective_of("j2");
    FAIL() << "nothing was refused";
  } catch (const base::Error& error) {
    EXPECT_NE(std::string(error.what()).find("j1"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("jg"), std::string::npos);
  }
}

}  // namespace
}  // namespace r2rank::learn
