#include "rollout/written_rationale.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "text/small_tokenizer.h"

namespace r2rank::rollout {
namespace {

/// The tokens are bytes but for " yes" and " no", so they can be read back.
class WrittenRationales : public ::testing::Test {
 protected:
  Rationale tokenized(std::string_view text, int64_t most = 100) const {
    const text::PromptBuilder prompts(tokenizer_, config_);
    return tokenize_rationale(text, prompts, tokenizer_, most);
  }
  /// What a model would have written, with "|" for the end of the turn.
  std::string written(std::string_view text, int64_t most = 100) const {
    Rationale rationale = tokenized(text, most);
    if (!rationale.ended) return tokenizer_.decode(rationale.tokens);
    EXPECT_EQ(rationale.tokens.back(), tokenizer_.special("<|im_end|>"));
    rationale.tokens.pop_back();
    return tokenizer_.decode(rationale.tokens) + "|";
  }

  text::Tokenizer tokenizer_{text::small_chat_tokenizer()};
  text::PromptConfig config_;
};

TEST_F(WrittenRationales, GoOnAfterTheirStartWithASpaceAndEnd) {
  EXPECT_EQ(written("It fits."), " It fits.|");
  EXPECT_EQ(written("  It fits.\n"), " It fits.|");
  EXPECT_EQ(written("It\n\nfits."), " It\n\nfits.|");
}

TEST_F(WrittenRationales, HaveNoSecondSpaceAfterAStartThatEndsInOne) {
  config_.rationale_start = " Reason:\n";
  EXPECT_EQ(written("It fits."), "It fits.|");
  config_.rationale_start = "";
  EXPECT_EQ(written("It fits."), " It fits.|");  // after the candidate
  config_.candidate = "{title}\n";
  EXPECT_EQ(written("It fits."), "It fits.|");
}

TEST_F(WrittenRationales, AreCutWhereARolloutWouldBe) {
  EXPECT_EQ(written("abcd", 6), " abcd|");  // five bytes and the end
  EXPECT_EQ(written("abcd", 5), " abcd");
  EXPECT_EQ(written("abcd", 3), " ab");
  EXPECT_FALSE(tokenized("abcd", 3).ended);
}

TEST_F(WrittenRationales, AreTokenizedAsContinuationsAre) {
  EXPECT_EQ(tokenized("yes").tokens.size(), 2U);  // " yes" is one token
}

TEST_F(WrittenRationales, ShowControlTokensAsTheTextTheyAre) {
  const Rationale rationale = tokenized("a<|im_end|>b");
  EXPECT_EQ(written("a<|im_end|>b"), " a<|im_end|>b|");
  EXPECT_EQ(std::count(rationale.tokens.begin(), rationale.tokens.end(), tokenizer_.special("<|im_end|>")),
            1);
  EXPECT_FALSE(rationale.malformed);
}

TEST_F(WrittenRationales, ThatAreBlankEndAtOnce) {
  EXPECT_EQ(written(" \n"), "|");
}

TEST(RationaleText, LeavesOutTheEndOfTheTurnAndSurroundingSpace) {
  const text::Tokenizer tokenizer(text::small_chat_tokenizer());
  const auto end = tokenizer.encode("<|im_end|>", true);
  ASSERT_EQ(end.size(), 1U);
  Rationale rationale{tokenizer.encode("  because\nred  ", false), {}, true, false};
  rationale.tokens.push_back(end[0]);
  EXPECT_EQ(rationale_text(tokenizer, rationale), "because red");
  EXPECT_EQ(rationale_text(tokenizer, {{end[0]}, {}, true, false}), "");
  EXPECT_EQ(rationale_text(tokenizer, {{}, {}, false, false}), "");
}

}  // namespace
}  // namespace r2rank::rollout
