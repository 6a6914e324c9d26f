#include "experiment/ranking_scorer.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "learn/tiny_ranking_model.h"

namespace r2rank::experiment {
namespace {

class RankingScorerTest : public ::testing::Test {
 protected:
  RankingScorerTest() {
    learn::testing::write_tiny_base(folder_.path() / "base");
    model_ = learn::testing::open_tiny(folder_.path() / "base");
  }

  RankingScorer scorer(const ReasoningOptions& options) {
    return {"tiny", *model_, dataset_, split_, options};
  }
  static ReasoningOptions reasoning() {
    ReasoningOptions options;
    options.rationales = 2;
    options.rationale_tokens = 4;
    return options;
  }
  std::span<const data::Slate> slates(size_t count) const {
    return std::span(split_.test.slates).first(count);
  }

  data::testing::TemporaryFolder folder_;
  data::Dataset dataset_ = learn::testing::red_or_blue();
  data::Split split_ = learn::testing::split_of(dataset_);
  std::unique_ptr<learn::RankingModel> model_;
};

TEST_F(RankingScorerTest, ABatchGivesTheScoresOfSingleSlates) {
  for (const auto& options : {ReasoningOptions(), reasoning()}) {
    auto one = scorer(options);
    const auto together = one.score_batch(slates(3));
    ASSERT_EQ(together.size(), 3U);
    for (size_t b = 0; b < 3; ++b) {
      const auto alone = one.score(split_.test.slates[b]);
      ASSERT_EQ(together[b].size(), alone.size());
      for (size_t i = 0; i < alone.size(); ++i) EXPECT_NEAR(together[b][i], alone[i], 1e-5) << b << " " << i;
    }
  }
}

TEST_F(RankingScorerTest, ScoresFollowTheCandidatesWhateverTheirOrder) {
  for (const auto& options : {ReasoningOptions(), reasoning()}) {
    auto one = scorer(options);
    data::Slate slate = split_.test.slates[0];
    auto scores = one.score(slate);
    EXPECT_NE(*std::min_element(scores.begin(), scores.end()),
              *std::max_element(scores.begin(), scores.end()));
    std::reverse(slate.candidates.begin(), slate.candidates.end());
    std::reverse(slate.relevance.begin(), slate.relevance.end());
    std::reverse(scores.begin(), scores.end());
    EXPECT_EQ(one.score(slate), scores);
  }
}

TEST_F(RankingScorerTest, RationalesFollowTheCandidatesToo) {
  auto one = scorer(reasoning());
  data::Slate slate = split_.test.slates[0];
  auto forward = one.reason(slate);
  EXPECT_EQ(forward.scores, one.score(slate));
  ASSERT_EQ(forward.rationales.size(), slate.candidates.size());
  for (const auto& texts : forward.rationales) EXPECT_EQ(texts.size(), 2U);
  std::reverse(slate.candidates.begin(), slate.candidates.end());
  std::reverse(slate.relevance.begin(), slate.relevance.end());
  std::reverse(forward.rationales.begin(), forward.rationales.end());
  EXPECT_EQ(one.reason(slate).rationales, forward.rationales);
}

TEST_F(RankingScorerTest, KeepsWhatItWroteAboutEachSlateWhereAsked) {
  auto one = scorer(reasoning());
  one.score_batch(slates(1));
  EXPECT_TRUE(one.kept().empty());
  one.keep_rationales();
  const auto scores = one.score_batch(slates(2));
  ASSERT_EQ(one.kept().size(), 2U);
  for (size_t b = 0; b < 2; ++b) {
    const SlateRationales& kept = one.kept()[b];
    EXPECT_EQ(kept.slate_id, split_.test.slates[b].id);
    EXPECT_EQ(kept.texts, one.reason(split_.test.slates[b]).rationales);
    for (size_t i = 0; i < scores[b].size(); ++i)
      EXPECT_NEAR((kept.scores[i].at(0) + kept.scores[i].at(1)) / 2, scores[b][i], 1e-9);
  }
}

TEST_F(RankingScorerTest, UnderAPerturbationSeesAnotherPrompt) {
  const data::Slate& slate = split_.test.slates[0];
  const auto plain = scorer({}).score(slate);
  const auto under = [&](const Perturbation& perturbation) {
    return RankingScorer("tiny", *model_, dataset_, split_, {}, perturbation).score(slate);
  };
  EXPECT_EQ(under({}), plain);
  EXPECT_NE(under({.made_up_names = true}), plain);
  EXPECT_NE(under({.shown_history = 1}), plain);
}

TEST_F(RankingScorerTest, AnEnsembleIsTheMeanOverOrdersOfTheHistory) {
  const data::Slate& slate = split_.test.slates[0];
  RankingScorer ensemble("tiny", *model_, dataset_, split_, {}, {.ensemble = 3, .seed = 4});
  const auto scores = ensemble.score(slate);
  std::vector<double> sums(scores.size());
  const rollout::SlatePrompts prompts(dataset_, split_, *model_->prompts);
  for (uint64_t member = 0; member < 3; ++member) {
    const auto prepared =
        prompts.prepare(slate, false, {.shuffled_history = member > 0, .seed = 4, .variant = member});
    const rollout::PreparedSlate* pointer = &prepared;
    const auto silent = prepared.in_slate_order(model_->reasoner->silent_scores({&pointer, 1}).front());
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += silent[i];
  }
  for (size_t i = 0; i < sums.size(); ++i) EXPECT_NEAR(scores[i], sums[i] / 3, 1e-6);
  auto plain = scorer({});
  plain.score(slate);
  EXPECT_EQ(ensemble.tokens(), 3 * plain.tokens());
}

TEST_F(RankingScorerTest, ReadsTheScoresOfChangedRationales) {
  const data::Slate& slate = split_.test.slates[0];
  const auto plain = scorer(reasoning()).score(slate);
  for (const char* change : {"swap", "scramble", "filler"}) {
    RankingScorer changed("tiny", *model_, dataset_, split_, reasoning(), {.change_rationales = change});
    EXPECT_NE(changed.score(slate), plain) << change;
  }
}

TEST_F(RankingScorerTest, UnderFixedFillerWritesNothingAndReadsItsTokens) {
  const data::Slate& slate = split_.test.slates[0];
  ReasoningOptions options = reasoning();
  const Perturbation fixed{.change_rationales = "fixed-filler"};
  RankingScorer filler("tiny", *model_, dataset_, split_, options, fixed);
  const auto found = filler.reason(slate);
  EXPECT_NE(found.scores, scorer({}).score(slate));
  for (const auto& texts : found.rationales)
    EXPECT_EQ(texts, std::vector<std::string>(2, found.rationales.front().front()));
  // Nothing is drawn: neither seed nor temperature has a say, the number of tokens has.
  options.seed = 8;
  options.temperature = 3;
  EXPECT_EQ(RankingScorer("tiny", *model_, dataset_, split_, options, fixed).score(slate), found.scores);
  options.rationale_tokens = 5;
  EXPECT_NE(RankingScorer("tiny", *model_, dataset_, split_, options, fixed).score(slate), found.scores);
}

TEST_F(RankingScorerTest, ReadsWhatAnotherModelWrote) {
  const auto writer = learn::testing::open_tiny(folder_.path() / "base");
  {
    const at::NoGradGuard no_grad;
    for (auto* parameter : writer->model->parameters().trainable()) parameter->master.mul_(3);
    writer->model->parameters().publish();
  }
  const data::Slate& slate = split_.test.slates[0];
  const auto texts = RankingScorer("writer", *writer, dataset_, split_, reasoning()).reason(slate);
  for (const int64_t reason_top : {0, 2}) {
    ReasoningOptions options = reasoning();
    options.reason_top = reason_top;
    auto own = scorer(options), other = scorer(options);
    other.take_rationales_of(*writer);
    const auto found = other.reason(slate);
    EXPECT_NE(found.scores, own.reason(slate).scores);
    EXPECT_GT(other.tokens(), own.tokens());
    int64_t reasoned = 0;
    for (size_t i = 0; i < found.rationales.size(); ++i) {
      if (found.rationales[i].empty()) continue;
      ++reasoned;
      EXPECT_EQ(found.rationales[i], texts.rationales[i]) << i;
    }
    EXPECT_EQ(reasoned, reason_top > 0 ? reason_top : std::ssize(slate.candidates));
  }
}

TEST_F(RankingScorerTest, ReasonsAboutTheBestAloneAndRanksThemFirst) {
  ReasoningOptions some = reasoning();
  some.reason_top = 2;
  auto one = scorer(some);
  const auto found = one.reason(split_.test.slates[0]);
  double worst_reasoned = 1e9, best_other = -1e9;
  int64_t reasoned = 0;
  for (size_t i = 0; i < found.scores.size(); ++i) {
    if (found.rationales[i].empty()) {
      best_other = std::max(best_other, found.scores[i]);
      continue;
    }
    ++reasoned;
    EXPECT_EQ(found.rationales[i], scorer(reasoning()).reason(split_.test.slates[0]).rationales[i]);
    worst_reasoned = std::min(worst_reasoned, found.scores[i]);
  }
  EXPECT_EQ(reasoned, 2);
  EXPECT_GT(worst_reasoned, best_other);
}

TEST_F(RankingScorerTest, ReasonsWhereTheGateOfItsModelSays) {
  ReasoningOptions some = reasoning();
  some.reason = "auto";
  some.gate.least_doubt = 0;
  const data::Slate& slate = split_.test.slates[0];
  const auto all = scorer(reasoning()).reason(slate), doubtful = scorer(some).reason(slate);
  EXPECT_EQ(doubtful.rationales, all.rationales);
  some.gate.least_doubt = 2;
  const auto sure = scorer(some).reason(slate);
  EXPECT_EQ(sure.scores, scorer({}).score(slate));
  for (const auto& texts : sure.rationales) EXPECT_TRUE(texts.empty());
  auto one = scorer(some), silent = scorer({});
  one.score_batch(slates(2));
  silent.score_batch(slates(2));
  EXPECT_EQ(one.tokens(), silent.tokens());
}

TEST_F(RankingScorerTest, TakesTheGateFromItsModelsTrainingOrSaysThatThereIsNone) {
  ReasoningOptions some;
  base::ConfigFields fields;
  some.describe(fields);
  fields.set("reason", "auto");
  some.resolve();
  const auto refused = [&] {
    return data::testing::error_of(base::ErrorKind::kUsage, [&] { some.follow_training(*model_, fields); });
  };
  data::testing::expect_parts(refused(), {"reason = auto", "--valid-slates"});
  model_->training = R"({"configuration": {"stage": "rl"}})";
  data::testing::expect_parts(refused(), {"reason = auto", "--valid-slates"});
  model_->training =
      R"({"configuration": {"stage": "rl", "rationale_tokens": 5}, "reason_gate": {"least_doubt": 0.5, "share": 0.1}})";
  some.follow_training(*model_, fields);
  EXPECT_EQ(some.rationales, 1);
  EXPECT_EQ(some.rationale_tokens, 5);
  EXPECT_EQ(some.gate.least_doubt, 0.5);
  EXPECT_TRUE(some.by_gate());
}

TEST_F(RankingScorerTest, AnotherSeedWritesOtherRationales) {
  ReasoningOptions other = reasoning();
  other.seed = 8;
  EXPECT_NE(scorer(reasoning()).reason(split_.test.slates[0]).rationales,
            scorer(other).reason(split_.test.slates[0]).rationales);
}

TEST_F(RankingScorerTest, CountsTheTokensItReadsAndWrites) {
  auto silent = scorer({}), reasoned = scorer(reasoning());
  EXPECT_EQ(silent.tokens(), 0);
  silent.score_batch(slates(1));
  reasoned.score_batch(slates(1));
  EXPECT_GT(silent.tokens(), 0);
  EXPECT_GT(reasoned.tokens(), 0);
  const int64_t once = silent.tokens();
  silent.score_batch(slates(1));
  EXPECT_EQ(silent.tokens(), 2 * once);
}

TEST_F(RankingScorerTest, WhatItNotesIsNoCostOfItsScores) {
  auto plain = scorer(reasoning()), judged = scorer(reasoning());
  judged.judge_rationales(*model_);
  EXPECT_EQ(judged.noting_seconds(), 0);
  EXPECT_EQ(judged.score_batch(slates(2)), plain.score_batch(slates(2)));
  EXPECT_EQ(judged.tokens(), plain.tokens());
  const double once = judged.noting_seconds();
  EXPECT_GT(once, 0);
  judged.forget_notes();
  EXPECT_EQ(judged.noting_seconds(), once);
  judged.score_batch(slates(1));
  EXPECT_GT(judged.noting_seconds(), once);
}

TEST_F(RankingScorerTest, NamesItselfAndItsBatch) {
  ReasoningOptions options;
  options.slates_per_batch = 3;
  auto one = scorer(options);
  EXPECT_EQ(one.name(), "tiny");
  EXPECT_EQ(one.batch_size(), 3);
}

class TrainedReasoning : public ::testing::Test {
 protected:
  TrainedReasoning() {
    options_.rationales = 1;
    model_.origin = "runs/rl";
    trained("rl", 48, "0.7");
    options_.describe(fields_);
  }

  void trained(const std::string& stage, int64_t tokens, const std::string& temperature) {
    model_.training = fmt::format(
        R"({{"step": 3, "configuration": {{"stage": "{}", "rationale_tokens": {}, "temperature": {}}}}})",
        stage, tokens, temperature);
  }
  /// What is said while the options follow the model's training.
  std::string follow() {
    ::testing::internal::CaptureStderr();
    options_.follow_training(model_, fields_);
    return ::testing::internal::GetCapturedStderr();
  }
  void expect_defaults() {
    EXPECT_EQ(follow(), "");
    EXPECT_EQ(options_.rationale_tokens, ReasoningOptions().rationale_tokens);
    EXPECT_EQ(options_.temperature, ReasoningOptions().temperature);
  }

  learn::RankingModel model_;
  ReasoningOptions options_;
  base::ConfigFields fields_;
};

TEST_F(TrainedReasoning, IsFollowedWhereNothingElseWasGiven) {
  EXPECT_NE(follow().find("rationale_tokens 48 and temperature 0.7, as runs/rl was trained\n"),
            std::string::npos);
  EXPECT_EQ(options_.rationale_tokens, 48);
  EXPECT_EQ(options_.temperature, 0.7);
}

TEST_F(TrainedReasoning, IsFollowedWhereRationalesWereTaught) {
  model_.training =
      R"({"configuration": {"rationale_set": "r", "rationale_tokens": 48, "temperature": 0.7}})";
  follow();
  EXPECT_EQ(options_.rationale_tokens, 48);
  EXPECT_EQ(options_.temperature, 0.7);
}

TEST_F(TrainedReasoning, GivesWayToWhatWasGivenAndSaysSo) {
  fields_.set("rationale_tokens", "16");  // the default, but asked for
  const std::string said = follow();
  EXPECT_NE(said.find("rationale_tokens 16 as given, though runs/rl was trained with 48"), std::string::npos)
      << said;
  EXPECT_NE(said.find("temperature 0.7, as runs/rl was trained"), std::string::npos) << said;
  EXPECT_EQ(options_.rationale_tokens, 16);
  EXPECT_EQ(options_.temperature, 0.7);
}

TEST_F(TrainedReasoning, IsNothingToSilentScores) {
  options_.rationales = 0;
  expect_defaults();
}

TEST_F(TrainedReasoning, IsNotTakenFromAModelThatNeverReasoned) {
  trained("silent", 48, "0.7");
  expect_defaults();
  for (const char* card : {"", "{}", "[3]", R"({"step":3})", R"({"configuration":7})",
                           R"({"configuration":{"stage":4,"rationale_tokens":48}})"}) {
    model_.training = card;
    expect_defaults();
  }
}

TEST_F(TrainedReasoning, WithImpossibleSettingsIsRefused) {
  const auto error = [&] {
    return data::testing::error_of(base::ErrorKind::kData,
                                   [&] { options_.follow_training(model_, fields_); });
  };
  trained("rl", 1000000, "0.7");
  data::testing::expect_parts(error(), {"runs/rl", "rationale_tokens = 1000000"});
  trained("rl", 48, R"("hot")");
  data::testing::expect_parts(error(), {"runs/rl", "a number for temperature"});
}

TEST(ReasoningOptions, ReachTheSampler) {
  ReasoningOptions options{3, 9, 0.7, 0.9, 5, 2, 11};
  const auto sampling = options.sampling();
  EXPECT_EQ(sampling.rationales, 3);
  EXPECT_EQ(sampling.max_tokens, 9);
  EXPECT_EQ(sampling.temperature, 0.7);
  EXPECT_EQ(sampling.top_p, 0.9);
  EXPECT_EQ(sampling.top_k, 5);
  EXPECT_EQ(sampling.seed, 11U);
}

}  // namespace
}  // namespace r2rank::experiment
