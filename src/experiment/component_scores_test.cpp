#include "experiment/component_scores.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>

#include "base/error.h"
#include "experiment/test_components.h"

namespace r2rank::experiment {
namespace {

using testing::Components;

std::string refusal(const std::function<void()>& action, base::ErrorKind kind) {
  try {
    action();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), kind);
    return error.what();
  }
  return "nothing was refused";
}

class ComponentScoresTest : public ::testing::Test {
 protected:
  std::vector<double> z_of(std::vector<double> scores) {
    auto results = world_.scorer("a", 0);
    results.scores[0] = std::move(scores);
    const auto found = component_scores(std::vector{results}, world_.slates);
    return {found.z.begin(), found.z.begin() + 5};
  }
  Components world_{6};
};

TEST_F(ComponentScoresTest, HaveMeanZeroAndDeviationOneInEachSlate) {
  const auto z = z_of({1, 2, 3, 4, 5});
  const double step = 1 / std::sqrt(2.0);
  for (int k = 0; k < 5; ++k) EXPECT_NEAR(z[k], (k - 2) * step, 1e-12);
}

TEST_F(ComponentScoresTest, AreZeroWhereAllAreEqual) {
  EXPECT_EQ(z_of({3, 3, 3, 3, 3}), (std::vector<double>(5, 0.0)));
  EXPECT_EQ(z_of({NAN, NAN, NAN, NAN, NAN}), (std::vector<double>(5, 0.0)));
}

TEST_F(ComponentScoresTest, TakeWhatIsNoNumberForTheLowestAndInfinitiesForTheExtremes) {
  EXPECT_EQ(z_of({NAN, 1, 2, 5, 3}), z_of({1, 1, 2, 5, 3}));
  EXPECT_EQ(z_of({-INFINITY, 1, INFINITY, 5, 3}), z_of({1, 1, 5, 5, 3}));
}

TEST_F(ComponentScoresTest, KeepAUsersSlatesInOneFold) {
  auto results = world_.scorer("a", 0);
  for (size_t slate = 0; slate < 6; ++slate) results.user_ids[slate] = slate % 2 == 0 ? "one" : "other";
  const auto folds = folds_of(component_scores(std::vector{results}, world_.slates), 7);
  for (size_t slate = 2; slate < 6; ++slate) EXPECT_EQ(folds[slate], folds[slate - 2]);
}

TEST_F(ComponentScoresTest, AreRefusedOfOtherSlates) {
  auto results = world_.scorer("a", 0);
  results.slates_hash = "another";
  const auto text =
      refusal([&] { component_scores(std::vector{results}, world_.slates); }, base::ErrorKind::kUsage);
  EXPECT_NE(text.find("rows on slates another"), std::string::npos) << text;
}

TEST_F(ComponentScoresTest, AreRefusedOfTwoScorersOfOneName) {
  const std::vector results = {world_.scorer("a", 0), world_.scorer("a", 1)};
  const auto text = refusal([&] { component_scores(results, world_.slates); }, base::ErrorKind::kUsage);
  EXPECT_NE(text.find("found 'a' twice"), std::string::npos) << text;
}

TEST_F(ComponentScoresTest, AreRefusedWithoutScorers) {
  refusal([&] { component_scores({}, world_.slates); }, base::ErrorKind::kUsage);
}

TEST_F(ComponentScoresTest, AreRefusedWhereARowLacksScores) {
  auto results = world_.scorer("a", 0);
  results.scores[2].pop_back();
  const auto text =
      refusal([&] { component_scores(std::vector{results}, world_.slates); }, base::ErrorKind::kData);
  EXPECT_NE(text.find("in row 2 of 'a', found 4"), std::string::npos) << text;
}

TEST_F(ComponentScoresTest, OfAMissingScorerAreAskedFor) {
  const std::vector results = {world_.scorer("a", 0)};
  const std::vector<std::string> names = {"a", "b"};
  const auto text = refusal([&] { pick_results(results, names); }, base::ErrorKind::kUsage);
  EXPECT_NE(text.find("the results of 'b'"), std::string::npos) << text;
}

TEST_F(ComponentScoresTest, CountSlatesSoThatUsersCountAlike) {
  auto results = world_.scorer("a", 1);
  results.user_ids = {"one", "two", "one", "one", "two", "three"};
  const auto scores = component_scores(std::vector{results}, world_.slates);
  const std::vector<size_t> all = {0, 1, 2, 3, 4, 5}, some = {5, 3, 1, 2};
  EXPECT_EQ(user_weights(scores, some), (std::vector<double>{1, 0.5, 1, 0.5}));
  const auto weights = user_weights(scores, all);
  double mean = 0, users = 0, expected = 0;
  for (size_t slate = 0; slate < weights.size(); ++slate) {
    mean += weights[slate] * results.values.at("ndcg@10")[slate];
    users += weights[slate];
  }
  const auto means = user_means(results, "ndcg@10");  // as tables have them
  for (const double value : means) expected += value / static_cast<double>(means.size());
  EXPECT_NEAR(users, 3, 1e-12);
  EXPECT_NEAR(mean / users, expected, 1e-12);
}

TEST(ComponentScores, AreRefusedOverAFullCatalogue) {
  const Components world(5);
  auto slates = world.slates;
  slates.protocol.negatives = "full";
  try {
    component_scores(std::vector{world.scorer("a", 1)}, slates);
    FAIL() << "nothing was refused";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    EXPECT_NE(std::string(error.what()).find("full catalogue"), std::string::npos) << error.what();
  }
}

TEST(SlatesToLearnFrom, AreBehindTheSkippedOnesAndMissNothing) {
  Components world(6);
  world.slates.slates[4].missed = {world.slates.slates[4].candidates[0]};
  EXPECT_EQ(slates_to_learn_from(world.slates, 2, 3, "blend"), (std::vector<size_t>{2, 3, 5}));
  EXPECT_THROW(slates_to_learn_from(world.slates, 2, 4, "blend"), base::Error);
}

}  // namespace
}  // namespace r2rank::experiment
