#include "experiment/cost.h"

#include <gtest/gtest.h>

#include "learn/tiny_rationales.h"

namespace r2rank::experiment {
namespace {

constexpr double kSpeed = 1e9;  // fixed: a measured one moves with the machine's load

class Cost : public ::testing::Test {
 protected:
  Cost() {
    learn::testing::write_tiny_base(folder_.path() / "base");
    model_ = learn::testing::open_tiny(folder_.path() / "base");
    config_.stage = "rl";
    config_.steps = 10;
    config_.negative_count = 3;
    config_.slates_per_step = 2;
    config_.rationale_tokens = 4;
  }
  TrainingCost cost() { return estimate_training(config_, *model_, dataset_, split_, kSpeed); }

  data::testing::TemporaryFolder folder_;
  data::Dataset dataset_ = learn::testing::red_or_blue();
  data::Split split_ = learn::testing::split_of(dataset_);
  std::unique_ptr<learn::RankingModel> model_;
  learn::TrainConfig config_;
};

TEST_F(Cost, EveryNumberIsPositive) {
  const auto found = cost();
  EXPECT_GT(found.tokens_per_step, 0);
  EXPECT_EQ(found.sampled_tokens_per_step, 2 * 4 * 2 * 4);
  EXPECT_GT(found.seconds_per_step, 0);
  EXPECT_EQ(found.steps, 10);
  EXPECT_NEAR(found.seconds, 10 * found.seconds_per_step, 1e-9 * found.seconds);
  EXPECT_GT(found.memory_bytes, 0);
  EXPECT_GT(found.disk_bytes, 0);
}

TEST_F(Cost, GrowsWithTheWork) {
  const auto small = cost();
  config_.rationales = 8;
  config_.rationale_tokens = 64;
  const auto reasoned = cost();
  EXPECT_GT(reasoned.tokens_per_step, small.tokens_per_step);
  EXPECT_GT(reasoned.sampled_tokens_per_step, small.sampled_tokens_per_step);
  config_.slates_per_step = 4;
  EXPECT_EQ(cost().tokens_per_step, 2 * reasoned.tokens_per_step);
}

TEST_F(Cost, OfLearningTheTextIsThatOfItsTokensThroughTheOutputLayer) {
  const auto without = cost();
  config_.text_weight = 0.1;
  const auto with = cost();
  EXPECT_EQ(with.tokens_per_step, without.tokens_per_step);
  EXPECT_GT(with.seconds_per_step, without.seconds_per_step);
  config_.text_weight = 1;
  EXPECT_EQ(cost().seconds_per_step, with.seconds_per_step) << "a weight costs nothing more";
}

TEST_F(Cost, OfTeachingRationalesFollowsFromTheirTrees) {
  learn::SftConfig config;
  config.epochs = 2;
  config.rationales_per_step = 8;
  const auto set = learn::testing::red_or_blue_rationales(dataset_, split_);  // 72 in 36 trees
  const auto examples = learn::make_sft_examples(set, dataset_, split_, *model_, {});
  const auto found = estimate_sft(config, *model_, examples, kSpeed);
  EXPECT_EQ(found.steps, 2 * 9);
  EXPECT_EQ(found.sampled_tokens_per_step, 0);
  int64_t tokens = 0;
  for (const auto& tree : examples.training) tokens += tree.tokens;
  EXPECT_EQ(found.tokens_per_step, tokens / 9);
  EXPECT_NEAR(found.seconds, 18 * found.seconds_per_step, 1e-9 * found.seconds);
  EXPECT_GT(found.memory_bytes, 0);
  config.steps = 5;
  EXPECT_EQ(estimate_sft(config, *model_, examples, kSpeed).steps, 5);
}

TEST_F(Cost, CountsEveryEpochAndTheReferenceModel) {
  const auto once = cost();
  config_.epochs = 3;
  const auto thrice = cost();
  EXPECT_GT(thrice.seconds_per_step, 1.2 * once.seconds_per_step);
  EXPECT_EQ(thrice.memory_bytes, once.memory_bytes);
  config_.kl = 0.1;
  EXPECT_GT(cost().memory_bytes, thrice.memory_bytes);
}

TEST_F(Cost, TakesMoreMemoryWhenNothingIsRecomputed) {
  config_.checkpoint_layers = "off";
  const double kept = cost().memory_bytes;
  config_.checkpoint_layers = "on";
  EXPECT_LT(cost().memory_bytes, kept);
}

TEST_F(Cost, ASilentStepSamplesNothing) {
  const auto reasoned = cost();
  config_.stage = "silent";
  const auto silent = cost();
  EXPECT_EQ(silent.sampled_tokens_per_step, 0);
  EXPECT_LT(silent.tokens_per_step, reasoned.tokens_per_step);
}

TEST_F(Cost, ABudgetOfMinutesBoundsTheTime) {
  config_.steps = 1000000000;
  config_.minutes = 2;
  EXPECT_EQ(cost().seconds, 120);
  config_.steps = 0;
  EXPECT_EQ(cost().seconds, 120);
}

TEST_F(Cost, CountsTheRankingOfValidationSlates) {
  const double without = cost().seconds;
  config_.valid_slates = 4;
  config_.valid_measurements = 1;
  const double twice = cost().seconds - without;
  EXPECT_GT(twice, 0);
  config_.valid_measurements = 3;
  EXPECT_NEAR(cost().seconds - without, 2 * twice, 1e-9 * without);
  config_.stage = "silent";
  const double silent = cost().seconds;
  config_.valid_slates = 0;
  EXPECT_LT(silent - cost().seconds, 2 * twice);
}

TEST_F(Cost, TuningLessTakesLessMemoryAndTime) {
  config_.stage = "silent";
  const auto full = cost();
  model_ = learn::testing::open_tiny(folder_.path() / "base", "head");
  EXPECT_LT(cost().memory_bytes, full.memory_bytes);
  EXPECT_LT(cost().seconds_per_step, full.seconds_per_step);
}

TEST_F(Cost, MeasuresAProduct) {
  EXPECT_GT(product_speed(*model_->model), 0);
}

/// A prompt with four tokens before a rationale and two in the cue; slates of five candidates.
class ScoringCosts : public Cost {
 protected:
  ScoringCosts() {
    auto prompt = learn::testing::tiny_prompt();
    prompt.rationale_start = " Why";
    model_ = learn::open_ranking_model(folder_.path() / "base", learn::testing::tiny_options(), prompt);
    options_.rationales = 2;
    options_.rationale_tokens = 3;
  }
  ScoringCost cost_of(std::span<const data::Slate> slates) {
    return estimate_scoring(*model_, dataset_, split_, slates, options_, kSpeed);
  }
  rollout::PreparedSlate prepared(const data::Slate& slate) {
    return rollout::SlatePrompts(dataset_, split_, *model_->prompts).prepare(slate, false);
  }
  /// History, and for each candidate its title (a token a byte) and the cue.
  int64_t silent_tokens(const data::Slate& slate) {
    size_t tokens = prepared(slate).pieces.history.size();
    for (const int32_t item : slate.candidates) tokens += dataset_.items[item].title.size() + 2;
    return static_cast<int64_t>(tokens);
  }
  int64_t counted(const data::Slate& slate) {
    RankingScorer scorer("tiny", *model_, dataset_, split_, options_);
    scorer.score(slate);
    return scorer.tokens();
  }
  /// Tokens of the rationales that a scorer samples for the slate.
  int64_t written(const data::Slate& slate) {
    const auto one = prepared(slate);
    const rollout::PreparedSlate* pointer = &one;
    return model_->reasoner->reason({&pointer, 1}, options_.sampling(), true).front().sampled_tokens;
  }

  ReasoningOptions options_;
  std::span<const data::Slate> slates_ = split_.test.slates;
};

TEST_F(ScoringCosts, CountTheTokensOfPromptsRationaleStartsAndCues) {
  for (const auto& slate : slates_.first(3)) {
    ASSERT_EQ(slate.candidates.size(), 5U);
    options_.rationales = 2;
    const auto reasoned = cost_of({&slate, 1});
    EXPECT_EQ(reasoned.tokens_per_slate, silent_tokens(slate) + 5 * 2 * (4 + 2));
    EXPECT_EQ(reasoned.sampled_tokens_per_slate, 5 * 2 * 3);
    options_.rationales = 0;
    const auto silent = cost_of({&slate, 1});
    EXPECT_EQ(silent.tokens_per_slate, silent_tokens(slate));
    EXPECT_EQ(silent.sampled_tokens_per_slate, 0);
  }
}

TEST_F(ScoringCosts, AreMeansOverTheSlates) {
  ASSERT_GE(slates_.size(), 3U);
  int64_t tokens = 0;
  for (const auto& slate : slates_) tokens += silent_tokens(slate) + 5 * 2 * (4 + 2);
  const auto found = cost_of(slates_);
  const auto count = static_cast<int64_t>(slates_.size());
  EXPECT_EQ(found.slates, count);
  EXPECT_EQ(found.tokens_per_slate, tokens / count);
  EXPECT_EQ(found.sampled_tokens_per_slate, 5 * 2 * 3);
  EXPECT_GT(found.seconds, 0);
  EXPECT_GT(found.memory_bytes, 0);
}

TEST_F(ScoringCosts, OfNoSlatesAreNone) {
  const auto found = cost_of({});
  EXPECT_EQ(found.slates, 0);
  EXPECT_EQ(found.tokens_per_slate, 0);
  EXPECT_EQ(found.sampled_tokens_per_slate, 0);
  EXPECT_EQ(found.seconds, 0);
}

TEST_F(ScoringCosts, AreWhatAScorerCountsWhereNoRationaleEndsEarly) {
  options_.rationale_tokens = 1;  // the end of the turn is a token too
  for (const int64_t rationales : {0, 1, 3})
    for (const auto& slate : slates_.first(3)) {
      options_.rationales = rationales;
      const auto found = cost_of({&slate, 1});
      EXPECT_EQ(counted(slate), found.tokens_per_slate + found.sampled_tokens_per_slate) << rationales;
    }
}

TEST_F(ScoringCosts, BoundWhatAScorerCountsWhereRationalesMayEndEarly) {
  options_.rationale_tokens = 60;
  for (const auto& slate : slates_.first(3)) {
    const auto found = cost_of({&slate, 1});
    EXPECT_EQ(counted(slate), found.tokens_per_slate + written(slate));
    EXPECT_LE(counted(slate), found.tokens_per_slate + found.sampled_tokens_per_slate);
  }
}

}  // namespace
}  // namespace r2rank::experiment
