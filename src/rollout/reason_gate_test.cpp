#include "rollout/reason_gate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "model/golden_models.h"
#include "rollout/test_slates.h"

namespace r2rank::rollout {
namespace {

double doubt(const std::vector<double>& silent) {
  return doubt_of(silent);
}

TEST(Doubt, IsTheEntropyOfTheFirstPlaceAsAShareOfTheMost) {
  EXPECT_NEAR(doubt({3, 3, 3, 3}), 1, 1e-12);
  EXPECT_NEAR(doubt({1000, 0, 0}), 0, 1e-12);
  // Probabilities 1/2, 1/4, 1/4: entropy 1.5 log 2 of log 3.
  EXPECT_NEAR(doubt({std::log(2), 0, 0}), 1.5 * std::log(2) / std::log(3), 1e-12);
  EXPECT_NEAR(doubt({std::log(2) - 7, -7, -7}), doubt({std::log(2), 0, 0}), 1e-12);
}

TEST(Doubt, IsNoneAboutOneCandidateAndFullWhereAScoreIsNoNumber) {
  EXPECT_EQ(doubt({5}), 0);
  EXPECT_EQ(doubt({}), 0);
  EXPECT_EQ(doubt({1, std::nan("")}), 1);
  EXPECT_EQ(doubt({1, std::numeric_limits<double>::infinity()}), 1);
}

class ReasonWhereDoubtful : public testing::Test {
 protected:
  ReasonWhereDoubtful() { model_->set_verdict_tokens(11, 12); }

  std::vector<SlateRollout> rolled_out(double least_doubt) {
    asked_ = 0;
    return reason_where_doubtful(reasoner_, batch_.view, least_doubt, [&](const auto slates) {
      asked_ += slates.size();
      return reasoner_.reason(slates, options_, true);
    });
  }

  std::unique_ptr<model::LanguageModel> model_ = model::golden::tiny_model("llama");
  Reasoner reasoner_{*model_, {{20, 21}, {30, 31, 32}, 5}, {}};
  SamplingOptions options_{.rationales = 2, .max_tokens = 6, .seed = 3};
  SlateBatch batch_{{RawSlate(1, 5), RawSlate(2, 2), RawSlate(3, 4)}};
  size_t asked_ = 0;
};

TEST_F(ReasonWhereDoubtful, ReasonsAboutThoseSlatesAndScoresTheOthersSilently) {
  const auto all = reasoner_.reason(batch_.view, options_, true);
  std::vector<double> doubts;
  for (const auto& rollout : all) doubts.push_back(doubt_of(rollout.silent));
  std::sort(doubts.begin(), doubts.end());
  ASSERT_GT(doubts[1] - doubts[0], 1e-4);
  const auto some = rolled_out((doubts[0] + doubts[1]) / 2);
  EXPECT_EQ(asked_, 2U);
  for (size_t b = 0; b < all.size(); ++b) {
    const bool reasoned = doubt_of(all[b].silent) > doubts[0] + 1e-5;
    EXPECT_EQ(some[b].rationales.empty(), !reasoned);
    const auto expected = reasoned ? all[b].mean_scores() : all[b].silent, found = some[b].mean_scores();
    for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-5);
    EXPECT_EQ(some[b].sampled_tokens, reasoned ? all[b].sampled_tokens : 0);
    if (!reasoned) continue;
    EXPECT_GT(some[b].prompt_tokens, all[b].prompt_tokens);
  }
}

TEST_F(ReasonWhereDoubtful, AsksAboutAllFromNoDoubtOnAndAboutNoneBeyondFullDoubt) {
  rolled_out(0);
  EXPECT_EQ(asked_, 3U);
  const auto none = rolled_out(2);
  EXPECT_EQ(asked_, 0U);
  for (const auto& rollout : none) EXPECT_TRUE(rollout.rationales.empty());
}

}  // namespace
}  // namespace r2rank::rollout
