#include "experiment/lambdamart.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "base/progress.h"
#include "data/item_statistics.h"
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
  EXPECT_EQ(ranker.importance.size(), 2 * 3 + 4U);
}

/// What it makes of slates whose relevant candidate is the least popular, and of a scorer that knows nothing.
LambdaMart learned_from_rare_targets(const std::string& negatives) {
  Components world(600, 1);
  world.slates.protocol.negatives = negatives;
  const auto counts = data::item_statistics(world.dataset, world.split).count;
  for (data::Slate& slate : world.slates.slates) {
    const auto rarest = std::min_element(slate.candidates.begin(), slate.candidates.end(),
                                         [&](int32_t a, int32_t b) { return counts[a] < counts[b]; });
    std::fill(slate.relevance.begin(), slate.relevance.end(), 0.0F);
    slate.relevance[static_cast<size_t>(rarest - slate.candidates.begin())] = 1;
  }
  return learn_lambdamart(std::vector{world.scorer("noise", 0)}, world.slates, world.dataset, world.split,
                          {.trees = {.trees = 30}});
}

TEST_F(LambdaMartTest, DoesNotLearnHowNegativesWereDrawn) {
  const auto honest = learned_from_rare_targets("uniform");
  EXPECT_GT(honest.cross_fitted_ndcg, 0.9);
  EXPECT_TRUE(honest.item_popularity);
  for (const char* negatives : {"popularity", "smoothed-popularity"}) {
    const auto blind = learned_from_rare_targets(negatives);
    EXPECT_LT(blind.cross_fitted_ndcg, 0.66) << "five candidates in random order have .59";
    EXPECT_FALSE(blind.item_popularity);
    for (const auto& [name, share] : blind.importance)
      EXPECT_FALSE(name.starts_with("popularity") || name == "new item") << name;
  }
}

TEST_F(LambdaMartTest, TakesTheFeaturesItLearnedWithToOtherSlates) {
  Components drawn_by_popularity(50, 2);
  drawn_by_popularity.slates.protocol.negatives = "smoothed-popularity";
  const auto ranker = learned();
  const auto usual = apply_lambdamart(ranker, results(drawn_by_popularity), drawn_by_popularity.slates,
                                      drawn_by_popularity.dataset, drawn_by_popularity.split, "x");
  drawn_by_popularity.slates.protocol.negatives = "uniform";
  const auto same = apply_lambdamart(ranker, results(drawn_by_popularity), drawn_by_popularity.slates,
                                     drawn_by_popularity.dataset, drawn_by_popularity.split, "x");
  EXPECT_EQ(usual.scores, same.scores);
}

TEST_F(LambdaMartTest, CountsUsersAlikeWhateverTheNumberOfTheirSlates) {
  // One user has two thirds of the slates, of which the scorer knows nothing.
  auto knowing = valid_.scorer("a", 3);
  const auto noise = valid_.scorer("noise", 0);
  for (size_t slate = 200; slate < 600; ++slate) {
    knowing.scores[slate] = noise.scores[slate];
    knowing.user_ids[slate] = "heavy";
  }
  const auto ranker = learn_lambdamart(std::vector{knowing}, valid_.slates, valid_.dataset, valid_.split,
                                       {.trees = {.trees = 60}});
  EXPECT_GT(ranker.cross_fitted_ndcg, 0.8) << "by slates it would be below .75";
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
