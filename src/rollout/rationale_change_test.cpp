#include "rollout/rationale_change.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "rollout/test_slates.h"
#include "text/small_tokenizer.h"

namespace r2rank::rollout {
namespace {

constexpr int32_t kEnd = 300;

const text::Tokenizer& tokenizer() {
  static const text::Tokenizer instance(text::small_chat_tokenizer());
  return instance;
}

Rationale written(const std::string& text, bool ended) {
  Rationale rationale;
  rationale.tokens = tokenizer().encode(text, false);
  if (ended) rationale.tokens.push_back(kEnd);
  rationale.logprobs.assign(rationale.tokens.size(), -1.0F);
  rationale.ended = ended;
  return rationale;
}

std::string text_of(const Rationale& rationale) {
  auto tokens = rationale.tokens;
  if (rationale.ended) tokens.pop_back();
  return tokenizer().decode(tokens);
}

using Rationales = std::vector<std::vector<Rationale>>;

Rationales changed(RationaleChange change, Rationales rationales, int64_t slate = 4) {
  change_rationales(change, tokenizer(), 7, slate, rationales);
  return rationales;
}

TEST(RationaleChange, HasANameForEachKind) {
  EXPECT_EQ(rationale_change_names(),
            (std::vector<std::string>{"none", "swap", "scramble", "filler", "fixed-filler"}));
  EXPECT_EQ(rationale_change("swap"), RationaleChange::kSwap);
  EXPECT_EQ(rationale_change("fixed-filler"), RationaleChange::kFixedFiller);
}

TEST(RationaleChange, NoneLeavesThemAsTheyAre) {
  const Rationales same = changed(RationaleChange::kNone, {{written(" a b", true)}});
  EXPECT_EQ(text_of(same[0][0]), " a b");
  EXPECT_EQ(same[0][0].logprobs[0], -1);
}

TEST(SwappedRationales, AllStandWithAnotherCandidate) {
  const std::vector<std::string> texts = {" one", " two", " three", " four", " five"};
  std::set<std::vector<std::string>> orders;
  for (int64_t slate = 0; slate < 20; ++slate) {
    Rationales rationales;
    for (const auto& text : texts) rationales.push_back({written(text, true), written(text + " too", false)});
    const Rationales swapped = changed(RationaleChange::kSwap, rationales, slate);
    std::vector<std::string> found;
    for (size_t i = 0; i < texts.size(); ++i) {
      ASSERT_EQ(swapped[i].size(), 2U);
      found.push_back(text_of(swapped[i][0]));
      EXPECT_NE(found.back(), texts[i]);
      EXPECT_EQ(text_of(swapped[i][1]), found.back() + " too");
    }
    EXPECT_TRUE(std::is_permutation(found.begin(), found.end(), texts.begin()));
    orders.insert(found);
  }
  EXPECT_GT(orders.size(), 5U);
}

TEST(SwappedRationales, StayAmongTheCandidatesThatWereReasonedAbout) {
  const Rationales swapped =
      changed(RationaleChange::kSwap, {{}, {written(" one", true)}, {}, {written(" two", true)}});
  EXPECT_TRUE(swapped[0].empty() && swapped[2].empty());
  EXPECT_EQ(text_of(swapped[1][0]), " two");
  EXPECT_EQ(text_of(swapped[3][0]), " one");
  EXPECT_EQ(text_of(changed(RationaleChange::kSwap, {{written(" one", true)}})[0][0]), " one");
}

TEST(ScrambledRationales, HaveTheSameWordsInAnotherOrder) {
  const std::string text = " a bb ccc dddd eeeee ffffff";
  int moved = 0;
  for (int64_t slate = 0; slate < 10; ++slate) {
    const Rationale found = changed(RationaleChange::kScramble, {{written(text, true)}}, slate)[0][0];
    EXPECT_TRUE(found.ended);
    EXPECT_EQ(found.tokens.back(), kEnd);
    EXPECT_EQ(found.logprobs.size(), found.tokens.size());
    std::string scrambled = text_of(found);
    moved += scrambled != text ? 1 : 0;
    for (const char* word : {" a", " bb", " ccc", " dddd", " eeeee", " ffffff"})
      EXPECT_NE(scrambled.find(word), std::string::npos) << scrambled;
    EXPECT_EQ(scrambled.size(), text.size());
  }
  EXPECT_GE(moved, 9);
}

TEST(FilledRationales, AreAsLongAndSayNothing) {
  const Rationale found = changed(RationaleChange::kFiller, {{written(" a reason", false)}})[0][0];
  EXPECT_EQ(found.tokens.size(), written(" a reason", false).tokens.size());
  EXPECT_EQ(std::set<int32_t>(found.tokens.begin(), found.tokens.end()).size(), 1U);
  const Rationale ended = changed(RationaleChange::kFiller, {{written("", true)}})[0][0];
  EXPECT_EQ(ended.tokens, std::vector<int32_t>{kEnd}) << "an empty one stays empty";
}

TEST(FillerRollouts, HaveTheSameFillerEverywhere) {
  const SlateBatch batch({RawSlate(1, 5), RawSlate(2, 3)});
  const auto rollouts = filler_rollouts(batch.view, {{20, 21}, {30, 31, 32}, 5}, tokenizer(), 2, 4);
  ASSERT_EQ(rollouts.size(), 2U);
  ASSERT_EQ(rollouts[1].rationales.size(), 3U);
  for (const auto& of_candidate : rollouts[1].rationales) {
    ASSERT_EQ(of_candidate.size(), 2U);
    for (const auto& rationale : of_candidate) {
      EXPECT_EQ(rationale.tokens, changed(RationaleChange::kFiller, {{written("abcd", false)}})[0][0].tokens);
      EXPECT_EQ(rationale.logprobs.size(), 4U);
      EXPECT_FALSE(rationale.ended || rationale.malformed);
    }
  }
  EXPECT_EQ(rollouts[0].sampled_tokens, 5 * 2 * 4);
  EXPECT_GT(rollouts[0].prompt_tokens, rollouts[1].prompt_tokens);
}

}  // namespace
}  // namespace r2rank::rollout
