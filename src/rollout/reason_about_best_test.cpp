#include "rollout/reason_about_best.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/golden_models.h"
#include "rollout/test_slates.h"

namespace r2rank::rollout {
namespace {

class ReasonAboutBest : public testing::Test {
 protected:
  ReasonAboutBest() { model_->set_verdict_tokens(11, 12); }

  std::vector<SlateRollout> about_best(int64_t most) const {
    return reason_about_best(reasoner_, batch_.view, most, [&](std::span<const PreparedSlate* const> slates) {
      return reasoner_.reason(slates, options_, true);
    });
  }

  std::unique_ptr<model::LanguageModel> model_ = model::golden::tiny_model("llama");
  Reasoner reasoner_{*model_, {{20, 21}, {30, 31, 32}, 5}, {}};
  SamplingOptions options_{.rationales = 2, .max_tokens = 6, .seed = 3};
  SlateBatch batch_{{RawSlate(1, 5), RawSlate(2, 2)}};
};

TEST_F(ReasonAboutBest, DrawsTheRationalesThatReasoningAboutAllDraws) {
  const auto all = reasoner_.reason(batch_.view, options_, true), some = about_best(3);
  int64_t reasoned = 0;
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_NEAR(some[0].silent[i], all[0].silent[i], 1e-5);
    if (some[0].rationales[i].empty()) continue;
    ++reasoned;
    for (size_t g = 0; g < 2; ++g) {
      EXPECT_EQ(some[0].rationales[i][g].tokens, all[0].rationales[i][g].tokens);
      EXPECT_NEAR(some[0].scores[i][g], all[0].scores[i][g], 1e-5);
    }
  }
  EXPECT_EQ(reasoned, 3);
}

TEST_F(ReasonAboutBest, ChoosesTheBestSilentScores) {
  const auto rollout = about_best(2).front();
  double worst_chosen = 1e9, best_left = -1e9;
  for (size_t i = 0; i < 5; ++i) {
    if (rollout.scores[i].empty())
      best_left = std::max(best_left, rollout.silent[i]);
    else
      worst_chosen = std::min(worst_chosen, rollout.silent[i]);
  }
  EXPECT_GE(worst_chosen, best_left);
}

TEST_F(ReasonAboutBest, IsReasoningAboutAllWhereAllAreChosen) {
  const auto all = reasoner_.reason(batch_.view, options_, true), some = about_best(7);
  for (size_t b = 0; b < 2; ++b) {
    const auto expected = all[b].mean_scores(), found = some[b].mean_scores();
    for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-5);
    EXPECT_EQ(some[b].sampled_tokens, all[b].sampled_tokens);
  }
}

TEST(MeanScores, PutTheUnreasonedBelowInTheirOrder) {
  SlateRollout rollout;
  rollout.silent = {5, 9, 1, 7};
  rollout.scores = {{}, {-2, 0}, {}, {-4, -4}};
  const auto means = rollout.mean_scores();
  EXPECT_EQ(means[1], -1);
  EXPECT_EQ(means[3], -4);
  EXPECT_LT(means[0], -4);
  EXPECT_NEAR(means[0] - means[2], 4, 1e-12);
}

TEST(MeanScores, LeaveTheUnreasonedAloneWhereTheyAreBelowAlready) {
  SlateRollout rollout;
  rollout.silent = {0, 0};
  rollout.scores = {{3}, {}};
  EXPECT_EQ(rollout.mean_scores(), (std::vector<double>{3, 0}));
}

}  // namespace
}  // namespace r2rank::rollout
