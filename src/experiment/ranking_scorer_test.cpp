#include "experiment/ranking_scorer.h"

#include <gtest/gtest.h>

#include <algorithm>

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

TEST_F(RankingScorerTest, NamesItselfAndItsBatch) {
  ReasoningOptions options;
  options.slates_per_batch = 3;
  auto one = scorer(options);
  EXPECT_EQ(one.name(), "tiny");
  EXPECT_EQ(one.batch_size(), 3);
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

TEST(RationaleText, LeavesOutTheEndOfTheTurnAndSurroundingSpace) {
  const text::Tokenizer tokenizer(text::small_chat_tokenizer());
  const auto end = tokenizer.encode("<|im_end|>", true);
  ASSERT_EQ(end.size(), 1U);
  rollout::Rationale rationale{tokenizer.encode("  because\nred  ", false), {}, true, false};
  rationale.tokens.push_back(end[0]);
  EXPECT_EQ(rationale_text(tokenizer, rationale), "because red");
  EXPECT_EQ(rationale_text(tokenizer, {{end[0]}, {}, true, false}), "");
  EXPECT_EQ(rationale_text(tokenizer, {{}, {}, false, false}), "");
}

}  // namespace
}  // namespace r2rank::experiment
