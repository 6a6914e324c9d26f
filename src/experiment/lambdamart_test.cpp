#include "experiment/lambdamart.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/progress.h"
#include "experiment/test_components.h"

namespace r2rank::experiment {
namespace {

using testing::Components;

class LambdaMartTest : public ::testing::Test {
 protected:
  LambdaMartTest() { base::set_progress_enabled(false); }
  ~LambdaMartTest() override { base::set_progress_enabled(true); }
  static std::vector<metrics::PerUserResults> results(const Components& world) {
    return {world.scorer("a", 1), world.scorer("b", 1.2), world.scorer("noise", 0)};
  }
  LambdaMart learned(const LambdaMartOptions& options = {.trees = {.trees = 60}}) const {
    return learn_lambdamart(results(valid_), valid_.slates, valid_.dataset, valid_.split, options);
  }
  Components valid_{600, 1}, test_{600, 2};
};

TEST_F(LambdaMartTest, IsBetterThanEachOfItsScorersOnOtherSlates) {
  const auto ranker = learned();
  const auto found =
      apply_lambdamart(ranker, results(test_), test_.slates, test_.dataset, test_.split, "lambdamart");
  for (const auto& component : results(test_)) {
    EXPECT_GT(Components::ndcg(found), Components::ndcg(component) + 0.02);
  }
  EXPECT_NEAR(Components::ndcg(found), ranker.cross_fitted_ndcg, 0.04);
  EXPECT_EQ(found.scorer, "lambdamart");
  EXPECT_DOUBLE_EQ(found.values.at(kMilliseconds)[0], 4.5);
}

TEST_F(LambdaMartTest, NamesTheFeaturesThatMatterFirst) {
  const auto ranker = learned();
  double sum = 0;
  for (const auto& [name, share] : ranker.importance) sum += share;
  EXPECT_NEAR(sum, 1, 1e-9);
  EXPECT_TRUE(ranker.importance[0].first.starts_with("a") || ranker.importance[0].first.starts_with("b"));
  EXPECT_EQ(ranker.importance.size(), 2 * 3 + 5U);
}

TEST_F(LambdaMartTest, RepeatsItself) {
  EXPECT_EQ(learned().model, learned().model);
}

TEST_F(LambdaMartTest, StopsWhereMoreTreesDoNotHelp) {
  const auto ranker = learned({.trees = {.trees = 500}, .patience = 10});
  EXPECT_LT(ranker.trees, 400);
  EXPECT_GT(ranker.trees, 0);
}

TEST_F(LambdaMartTest, AsksForAMissingScorer) {
  const auto ranker = learned({.trees = {.trees = 3}});
  auto some = results(test_);
  some.pop_back();
  EXPECT_THROW(apply_lambdamart(ranker, some, test_.slates, test_.dataset, test_.split, "x"), base::Error);
}

TEST_F(LambdaMartTest, NeedsSlatesToLearnFrom) {
  try {
    learned({.skip_slates = 599});
    FAIL() << "one slate was enough";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
  }
}

}  // namespace
}  // namespace r2rank::experiment
