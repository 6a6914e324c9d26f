#include "experiment/rationale_writer.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "learn/tiny_ranking_model.h"
#include "model/golden_models.h"
#include "rollout/rationale_change.h"

namespace r2rank::experiment {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;

class RationaleWriter : public ::testing::Test {
 protected:
  RationaleWriter() {
    learn::testing::write_tiny_base(folder_.path() / "base");
    reader_ = open();
    writer_ = open();
    drift(*writer_);
    const rollout::SlatePrompts prompts(dataset_, split_, *reader_->prompts);
    for (size_t i = 0; i < 2; ++i) slates_.push_back(prompts.prepare(split_.test.slates[i], false));
    view_ = rollout::pointers_to(slates_);
  }

  std::unique_ptr<learn::RankingModel> open() const {
    return learn::testing::open_tiny(folder_.path() / "base");
  }
  /// Other weights, so that other words are written.
  static void drift(learn::RankingModel& ranking) {
    const at::NoGradGuard no_grad;
    for (auto* parameter : ranking.model->parameters().trainable()) parameter->master.mul_(3);
    ranking.model->parameters().publish();
  }
  static std::vector<std::vector<std::vector<int32_t>>> tokens_of(const rollout::SlateRollout& rollout) {
    std::vector<std::vector<std::vector<int32_t>>> tokens;
    for (const auto& item : rollout.rationales) {
      auto& own = tokens.emplace_back();
      for (const auto& rationale : item) own.push_back(rationale.tokens);
    }
    return tokens;
  }
  static void expect_near(const std::vector<double>& found, const std::vector<double>& expected) {
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-5) << i;
  }

  data::testing::TemporaryFolder folder_;
  data::Dataset dataset_ = learn::testing::red_or_blue();
  data::Split split_ = learn::testing::split_of(dataset_);
  rollout::SamplingOptions options_{.rationales = 2, .max_tokens = 4, .seed = 3};
  std::unique_ptr<learn::RankingModel> reader_, writer_;
  std::vector<rollout::PreparedSlate> slates_;
  std::vector<const rollout::PreparedSlate*> view_;
};

TEST_F(RationaleWriter, WritesAndTheReaderScores) {
  const auto found = written_by(*writer_->reasoner, *reader_->reasoner, view_, options_);
  const auto written = writer_->reasoner->reason(view_, options_, true),
             own = reader_->reasoner->reason(view_, options_, true);
  auto read = written;
  reader_->reasoner->score(view_, read);
  for (size_t b = 0; b < 2; ++b) {
    EXPECT_EQ(tokens_of(found[b]), tokens_of(written[b]));
    EXPECT_NE(tokens_of(found[b]), tokens_of(own[b]));
    expect_near(found[b].silent, own[b].silent);
    expect_near(found[b].mean_scores(), read[b].mean_scores());
    EXPECT_NE(found[b].mean_scores(), written[b].mean_scores());
    EXPECT_EQ(found[b].sampled_tokens, written[b].sampled_tokens);
    EXPECT_EQ(found[b].prompt_tokens, 2 * written[b].prompt_tokens + written[b].sampled_tokens);
  }
}

TEST_F(RationaleWriter, ThatReadsItselfGivesWhatReasoningGives) {
  const auto found = written_by(*reader_->reasoner, *reader_->reasoner, view_, options_),
             own = reader_->reasoner->reason(view_, options_, true);
  for (size_t b = 0; b < 2; ++b) {
    EXPECT_EQ(tokens_of(found[b]), tokens_of(own[b]));
    expect_near(found[b].mean_scores(), own[b].mean_scores());
  }
}

TEST_F(RationaleWriter, OfFillerWritesWhatTrainingOnFillerReads) {
  const auto found = filled(*reader_, view_, options_);
  auto trained = rollout::filler_rollouts(view_, reader_->reasoner->frame(), *reader_->tokenizer, 2, 4);
  reader_->reasoner->score(view_, trained);
  for (size_t b = 0; b < 2; ++b) {
    EXPECT_EQ(tokens_of(found[b]), tokens_of(trained[b]));
    EXPECT_EQ(found[b].mean_scores(), trained[b].mean_scores());
    for (const auto& item : found[b].rationales)
      for (const auto& rationale : item) {
        EXPECT_EQ(rationale.tokens.size(), 4U);
        EXPECT_FALSE(rationale.ended);
      }
  }
}

TEST_F(RationaleWriter, IsRefusedWhereItReadsOtherPromptsThanTheModel) {
  EXPECT_NO_THROW(check_writer(*writer_, *reader_));
  const auto refused = [&](const learn::RankingModel& writer) {
    return error_of(base::ErrorKind::kUsage, [&] { check_writer(writer, *reader_); });
  };
  learn::RankingModel other;
  other.origin = "runs/other";
  other.model = model::golden::tiny_model("llama");
  expect_parts(refused(other), {"--rationales-by runs/other", "other tokens"});
  auto prompt = learn::testing::tiny_prompt();
  prompt.question = "Now?";
  const auto asked =
      learn::open_ranking_model(folder_.path() / "base", learn::testing::tiny_options(), prompt);
  expect_parts(refused(*asked), {"--rationales-by", "prompt_question"});
}

TEST_F(RationaleWriter, WithSignalsIsRefusedUnlessTheModelHasTheSame) {
  writer_->signals.emplace();
  writer_->signals->set.hash = "one";
  const auto refused = [&] {
    return error_of(base::ErrorKind::kUsage, [&] { check_writer(*writer_, *reader_); });
  };
  expect_parts(refused(), {"--rationales-by", "signals"});
  reader_->signals.emplace();
  reader_->signals->set.hash = "another";
  expect_parts(refused(), {"--rationales-by", "signals"});
  reader_->signals->set.hash = "one";
  EXPECT_NO_THROW(check_writer(*writer_, *reader_));
}

}  // namespace
}  // namespace r2rank::experiment
