#include "experiment/rationale_quality.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "data/test_support.h"
#include "learn/step.h"
#include "learn/tiny_ranking_model.h"
#include "model/golden_models.h"

namespace r2rank::experiment {
namespace {

using Notes = std::map<std::string, double>;

class RationaleQualityTest : public ::testing::Test {
 protected:
  RationaleQualityTest() {
    learn::testing::write_tiny_base(folder_.path() / "base");
    model_ = learn::testing::open_tiny(folder_.path() / "base");
    const rollout::SlatePrompts prompts(dataset_, split_, *model_->prompts);
    for (size_t i = 0; i < 2; ++i) slates_.push_back(prompts.prepare(split_.test.slates[i], false));
  }

  std::vector<rollout::SlateRollout> rolled_out(int64_t rationales) {
    return model_->reasoner->reason(rollout::pointers_to(slates_),
                                    {.rationales = rationales, .max_tokens = 5}, true);
  }
  rollout::Rationale written(const std::string& text, bool ended = true) {
    rollout::Rationale rationale;
    rationale.tokens = model_->tokenizer->encode(text, false);
    rationale.ended = ended;
    if (ended) rationale.tokens.push_back(model_->reasoner->frame().end_of_turn);
    return rationale;
  }
  Notes notes_of(const std::vector<rollout::SlateRollout>& rollouts,
                 const learn::RankingModel* judge = nullptr) {
    RationaleQuality quality(judge);
    for (size_t b = 0; b < rollouts.size(); ++b)
      quality.add(slates_[b], rollouts[b], model_->reasoner->frame(), *model_->tokenizer);
    const auto notes = quality.notes();
    return {notes.begin(), notes.end()};
  }

  data::testing::TemporaryFolder folder_;
  data::Dataset dataset_ = learn::testing::red_or_blue();
  data::Split split_ = learn::testing::split_of(dataset_);
  std::unique_ptr<learn::RankingModel> model_;
  std::vector<rollout::PreparedSlate> slates_;
};

TEST_F(RationaleQualityTest, CountsWhatWasWritten) {
  rollout::SlateRollout rollout;
  rollout.rationales = {{written("red red red red"), written("blue", false)}, {written("")}};
  rollout.rationales[1][0].malformed = true;
  const Notes notes = notes_of({rollout});
  EXPECT_EQ(notes.at("rationales"), 3);
  EXPECT_NEAR(notes.at("ended share"), 2.0 / 3, 1e-12);
  EXPECT_NEAR(notes.at("malformed share"), 1.0 / 3, 1e-12);
  EXPECT_NEAR(notes.at("empty share"), 1.0 / 3, 1e-12);
  EXPECT_EQ(notes.at("distinct triples share"), 0.5);  // "red red red" twice
  EXPECT_FALSE(notes.contains("perplexity"));
}

TEST_F(RationaleQualityTest, IsNothingWhereNothingWasWritten) {
  EXPECT_TRUE(notes_of({rollout::SlateRollout()}).empty());
}

TEST_F(RationaleQualityTest, TakesThePerplexityUnderTheJudgeOverEveryToken) {
  const auto rollouts = rolled_out(2);
  double sum = 0, tokens = 0;
  for (size_t b = 0; b < 2; ++b)
    for (const auto& item : rollouts[b].rationales)
      for (const auto& rationale : item)
        for (const float logprob : rationale.logprobs) sum += logprob, tokens += 1;
  // The tiny model judges what it drew itself, at temperature 1.
  EXPECT_NEAR(notes_of(rollouts, model_.get()).at("perplexity"), std::exp(-sum / tokens), 1e-3);
  EXPECT_NEAR(notes_of(rollouts).at("tokens a rationale"),
              tokens / static_cast<double>(2 * (slates_[0].candidates() + slates_[1].candidates())), 1e-12);
}

TEST_F(RationaleQualityTest, AJudgeWithOtherTokensIsRefused) {
  EXPECT_NO_THROW(check_judge(*model_, *model_));
  learn::RankingModel other;
  other.origin = "runs/other";
  other.model = model::golden::tiny_model("llama");
  ASSERT_NE(other.model->config().vocabulary, model_->model->config().vocabulary);
  data::testing::expect_parts(
      data::testing::error_of(base::ErrorKind::kUsage, [&] { check_judge(other, *model_); }),
      {"--perplexity-model runs/other", "reads other tokens"});
}

}  // namespace
}  // namespace r2rank::experiment
