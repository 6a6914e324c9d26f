#include "learn/step_summary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace r2rank::learn {
namespace {

/// Two candidates, two rationales, the second candidate relevant; the slate listed them the other way round.
class StepSummary : public ::testing::Test {
 protected:
  StepSummary() {
    slate_.order = {1, 0};
    slate_.relevance = {0, 1};
    rationales_ = {{{{1, 2}, {-0.5F, -1.0F}, true, false}, {{3}, {-2.0F}, false, true}},
                   {{{4}, {-1.0F}, false, false}, {{5}, {-1.0F}, false, false}}};
    outcome_.scores = {{{1, 3}, {4, 4}}, {2, 0}};
    outcome_.utility = 0.75;
    outcome_.silent_utility = 0.25;
    outcome_.credit = {{0.5, -0.5}, {0.25, -0.75}};
    outcome_.logprobs = {{{-0.5F, -1.25F}, {-2.0F}}, {{-1.0F}, {-1.0F}}};
    outcome_.token_entropy = 0.4;
    outcome_.kl = 0.1;
    outcome_.token_clip_share = 0.2;
    outcome_.ranking_clip_share = 0.3;
    input_ = {.slate = &slate_, .rationales = &rationales_};
  }

  std::map<std::string, double> values(std::vector<SlateOutcome> outcomes, std::vector<StepSlate> slates) {
    const auto list = summarize(outcomes, slates, 10);
    std::map<std::string, double> named(list.begin(), list.end());
    EXPECT_EQ(named.size(), list.size()) << "a name stands twice";
    return named;
  }

  rollout::PreparedSlate slate_;
  std::vector<std::vector<rollout::Rationale>> rationales_;
  SlateOutcome outcome_;
  StepSlate input_;
};

const double kSecond = 1 / std::log2(3.0);

TEST_F(StepSummary, NamesWhatOneSlateFoundOut) {
  auto found = values({outcome_}, {input_});
  EXPECT_EQ(found["utility"], 0.75);
  EXPECT_EQ(found["utility_silent"], 0.25);
  EXPECT_EQ(found["ndcg"], 1);
  EXPECT_NEAR(found["ndcg_silent"], kSecond, 1e-12);
  EXPECT_EQ(found["credit_size"], 0.5);
  EXPECT_EQ(found["token_entropy"], 0.4);
  EXPECT_EQ(found["kl"], 0.1);
  EXPECT_EQ(found["token_clip_share"], 0.2);
  EXPECT_EQ(found["ranking_clip_share"], 0.3);
}

TEST_F(StepSummary, SharesTheVarianceOfScoresBetweenRationalesAndItems) {
  auto found = values({outcome_}, {input_});
  EXPECT_EQ(found["score_variance_within"], 0.5);  // deviations 1, 1, 0, 0
  EXPECT_EQ(found["score_variance_between"], 1);   // means 2 and 4
}

TEST_F(StepSummary, CountsLengthsEndingsAndMalformedRationales) {
  auto found = values({outcome_}, {input_});
  EXPECT_EQ(found["rationale_length"], 1.25);
  EXPECT_EQ(found["rationale_ended"], 0.25);
  EXPECT_EQ(found["rationale_malformed"], 0.25);
}

TEST_F(StepSummary, MeasuresTheGapBetweenSamplingAndTraining) {
  auto found = values({outcome_}, {input_});
  EXPECT_NEAR(found["logprob_gap_mean"], 0.05, 1e-12);  // one of five tokens differs by 0.25
  EXPECT_NEAR(found["logprob_gap_max"], 0.25, 1e-12);
}

TEST_F(StepSummary, SetsTheListedOrderAndAConstantBesideTheModel) {
  auto found = values({outcome_}, {input_});
  EXPECT_EQ(found["ndcg_incoming"], 1);  // the relevant candidate was listed first
  EXPECT_NEAR(found["ndcg_constant"], (1 + kSecond) / 2, 1e-12);
}

TEST_F(StepSummary, AveragesOverSlates) {
  SlateOutcome other = outcome_;
  other.utility = 0.25;
  auto found = values({outcome_, other}, {input_, input_});
  EXPECT_EQ(found["utility"], 0.5);
  EXPECT_EQ(found["rationale_length"], 1.25);
}

TEST_F(StepSummary, NamesTheErrorOfACriticWhereThereIsOne) {
  EXPECT_FALSE(values({outcome_}, {input_}).contains("critic_error"));
  outcome_.critic_error = 0.5;
  EXPECT_EQ(values({outcome_}, {input_})["critic_error"], 0.5);
}

TEST_F(StepSummary, NamesTheLossOfTheTextWhereItIsLearned) {
  EXPECT_FALSE(values({outcome_}, {input_}).contains("text_loss"));
  SlateOutcome other = outcome_;
  outcome_.text_loss = 2;
  other.text_loss = 3;
  EXPECT_EQ(values({outcome_, other}, {input_, input_})["text_loss"], 2.5);
}

TEST_F(StepSummary, ASilentStepHasNoValuesOfRationales) {
  outcome_.scores.reasoned.clear();
  input_.rationales = nullptr;
  const auto found = values({outcome_}, {input_});
  EXPECT_EQ(found.size(), 4U);
  EXPECT_FALSE(found.contains("utility"));
  EXPECT_TRUE(found.contains("ndcg_silent"));
}

}  // namespace
}  // namespace r2rank::learn
