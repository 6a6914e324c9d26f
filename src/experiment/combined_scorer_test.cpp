#include "experiment/combined_scorer.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/progress.h"
#include "experiment/test_components.h"

namespace r2rank::experiment {
namespace {

using testing::Components;

class CombinedScorerTest : public ::testing::Test {
 protected:
  CombinedScorerTest() { base::set_progress_enabled(false); }
  ~CombinedScorerTest() override { base::set_progress_enabled(true); }

  static const std::vector<std::string>& names() {
    static const std::vector<std::string> kNames = {"popularity", "item-knn"};
    return kNames;
  }
  std::vector<metrics::PerUserResults> results() const {
    std::vector<metrics::PerUserResults> all;
    for (const auto& name : names())
      all.push_back(
          evaluate(*baselines::make_baseline(name, data(), 7), world_.slates, world_.dataset, name));
    return all;
  }
  baselines::TrainingData data() const { return {world_.dataset, world_.split}; }
  Combination learned(const std::string& method) const {
    return learn_combination(method, {}, 7, results(), world_.slates, world_.dataset, world_.split);
  }
  CombinedScorer scorer(const Combination& combination) const {
    std::vector<std::unique_ptr<baselines::Scorer>> parts;
    for (const auto& name : names()) parts.push_back(baselines::make_baseline(name, data(), 7));
    return {"all", combination, std::move(parts), data()};
  }
  Components world_{300, 1};
};

TEST_F(CombinedScorerTest, GivesWhatTheCombinationMakesOfItsPartsResults) {
  for (const char* method : {"blend", "lambdamart"}) {
    const Combination combination = learned(method);
    CombinedScorer combined = scorer(combination);
    const auto expected =
        apply_combination(combination, results(), world_.slates, world_.dataset, world_.split, "all");
    const auto found = evaluate(combined, world_.slates, world_.dataset, "all");
    EXPECT_EQ(found.scores, expected.scores) << method;
    EXPECT_EQ(combined.score(world_.slates.slates[5]), expected.scores[5]) << method;
  }
}

TEST_F(CombinedScorerTest, KnowsTheSlatesThatItWasLearnedFrom) {
  CombinedScorer combined = scorer(learned("blend"));
  data::SlateSet slates;
  slates.hash = "abc:sample300-seed7";
  EXPECT_FALSE(combined.learned_from(slates)) << "unknown";
  combined.set_learned_from("abc");
  EXPECT_TRUE(combined.learned_from(slates));
  slates.hash = "abcd";
  EXPECT_FALSE(combined.learned_from(slates));
}

TEST_F(CombinedScorerTest, ScoresNoCatalogue) {
  CombinedScorer combined = scorer(learned("blend"));
  combined.set_catalogue(30);
  std::vector<float> scores(30);
  EXPECT_THROW(combined.score_catalogue(std::span(world_.slates.slates).first(1), scores), base::Error);
}

}  // namespace
}  // namespace r2rank::experiment
