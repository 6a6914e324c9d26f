#include "experiment/combination.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/progress.h"
#include "experiment/test_components.h"

namespace r2rank::experiment {
namespace {

using testing::Components;

class CombinationTest : public ::testing::Test {
 protected:
  CombinationTest() { base::set_progress_enabled(false); }
  ~CombinationTest() override { base::set_progress_enabled(true); }
  std::vector<metrics::PerUserResults> results() const {
    return {world_.scorer("a", 1), world_.scorer("noise", 0)};
  }
  Combination learned(const std::string& method, const baselines::SettingValues& settings = {},
                      int64_t seed = 7) const {
    return learn_combination(method, settings, seed, results(), world_.slates, world_.dataset, world_.split);
  }
  std::vector<std::vector<double>> scores_of(const Combination& combination) const {
    return apply_combination(combination, results(), world_.slates, world_.dataset, world_.split, "all")
        .scores;
  }
  Components world_{300, 1};
};

TEST_F(CombinationTest, IsTheBlendOfItsName) {
  const Combination found = learned("blend", {{"ridge", "0.01"}});
  const Blend blend = learn_blend(results(), world_.slates, {.ridge = 0.01});
  EXPECT_EQ(found.scorers(), blend.scorers);
  EXPECT_EQ(found.cross_fitted_ndcg(), blend.cross_fitted_ndcg);
  EXPECT_EQ(scores_of(found), apply_blend(blend, results(), world_.slates, world_.dataset, "all").scores);
  EXPECT_EQ(describe_combination(found)["weights"]["a"], blend.weights[0]);
}

TEST_F(CombinationTest, IsTheTreesOfItsName) {
  const baselines::SettingValues few = {{"trees", "20"}};
  const Combination found = learned("lambdamart", few);
  const LambdaMart trees =
      learn_lambdamart(results(), world_.slates, world_.dataset, world_.split, {.trees = {.trees = 20}});
  EXPECT_EQ(found.trees.model, trees.model);
  EXPECT_EQ(scores_of(found),
            apply_lambdamart(trees, results(), world_.slates, world_.dataset, world_.split, "all").scores);
  EXPECT_EQ(describe_combination(found)["trees"], trees.trees);
  EXPECT_EQ(learned("lambdamart", {{"trees", "20"}, {"seed", "3"}}).trees.model,
            learned("lambdamart", few, 3).trees.model);
  EXPECT_NE(learned("lambdamart", few, 3).trees.model, found.trees.model);
}

TEST_F(CombinationTest, KnowsWhoScoresByPopularity) {
  for (const char* method : {"popularity", "recent-popularity", "item-knn-pop"})
    EXPECT_TRUE(scores_by_popularity(method)) << method;
  for (const char* method : {"item-knn", "lightgcn", "tfidf"}) EXPECT_FALSE(scores_by_popularity(method));
}

TEST_F(CombinationTest, SharesOfARankerAndOfAFeatureOfOneNameCountTogether) {
  Combination combination{.method = "lambdamart", .blend = {}, .trees = {}};
  combination.trees.importance = {{"a", 0.3}, {"popularity", 0.25}, {"popularity", 0.25}, {"b", 0.2}};
  EXPECT_EQ(describe_combination(combination)["importance"].dump(), R"({"popularity":0.5,"a":0.3,"b":0.2})");
}

TEST_F(CombinationTest, SettingsAreKnownWithTheirDefaults) {
  const auto settings = combination_settings("blend", {{"folds", "4"}});
  EXPECT_EQ(settings, (baselines::SettingValues{{"ridge", "0.001"}, {"folds", "4"}, {"skip_slates", "0"}}));
  EXPECT_THROW(combination_settings("blend", {{"trees", "4"}}), base::Error);
  EXPECT_THROW(combination_settings("sum", {}), base::Error);
}

}  // namespace
}  // namespace r2rank::experiment
