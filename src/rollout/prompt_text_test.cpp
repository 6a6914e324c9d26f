#include "rollout/prompt_text.h"

#include <gtest/gtest.h>

#include <map>
#include <numeric>

#include "rollout/test_slates.h"

namespace r2rank::rollout {
namespace {

using Tokens = std::vector<int32_t>;

PreparedSlate slate_of(int64_t user, Tokens history, std::vector<Tokens> candidates,
                       std::vector<float> relevance) {
  PreparedSlate slate;
  slate.user = user;
  slate.pieces.history = std::move(history);
  slate.pieces.candidates = std::move(candidates);
  slate.relevance = std::move(relevance);
  slate.order.resize(slate.relevance.size());
  std::iota(slate.order.begin(), slate.order.end(), 0);
  return slate;
}

const PromptFrame kFrame{{}, {30, 31}, 5};

/// Weight by (token before, token): all tokens of these tests are different.
std::map<std::pair<int32_t, int32_t>, double> weights_of(const std::vector<PreparedSlate>& slates) {
  std::vector<const PreparedSlate*> view;
  for (const auto& slate : slates) view.push_back(&slate);
  const SlateTree forest = build_slate_tree(view, kFrame, {});
  const PromptText text = prompt_text(forest, view);
  EXPECT_EQ(text.from.size(), text.tokens.size());
  EXPECT_EQ(text.weights.size(), text.tokens.size());
  std::map<std::pair<int32_t, int32_t>, double> found;
  for (size_t i = 0; i < text.tokens.size(); ++i)
    found[{forest.tree.tokens()[text.from[i]], text.tokens[i]}] = text.weights[i];
  return found;
}

using Weights = std::map<std::pair<int32_t, int32_t>, double>;

void expect_weights(const Weights& found, const Weights& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (const auto& [pair, weight] : expected) {
    ASSERT_TRUE(found.contains(pair)) << pair.first << " " << pair.second;
    EXPECT_NEAR(found.at(pair), weight, 1e-6) << pair.first << " " << pair.second;
  }
}

TEST(PromptText, IsTheHistoryAndTheRelevantCandidateWithoutCues) {
  expect_weights(weights_of({slate_of(1, {1, 2, 3}, {{6}, {4, 5}}, {0, 1})}),
                 {{{1, 2}, 0.25}, {{2, 3}, 0.25}, {{3, 4}, 0.25}, {{4, 5}, 0.25}});
}

TEST(PromptText, OfSeveralRelevantCandidatesIsTheirMean) {
  expect_weights(weights_of({slate_of(1, {1, 2}, {{3}, {4, 5}, {6}}, {1, 2, 0})}),
                 {{{1, 2}, 0.5 / 2 + 0.5 / 3}, {{2, 3}, 0.5 / 2}, {{2, 4}, 0.5 / 3}, {{4, 5}, 0.5 / 3}});
}

TEST(PromptText, CountsWhatSlatesShareForEachOfThem) {
  const auto first = slate_of(1, {1, 2}, {{7}, {8}}, {1, 0}), second = slate_of(1, {1, 2, 3}, {{9}}, {1});
  expect_weights(weights_of({first, second}),
                 {{{1, 2}, 1.0 / 2 + 1.0 / 3}, {{2, 7}, 1.0 / 2}, {{2, 3}, 1.0 / 3}, {{3, 9}, 1.0 / 3}});
}

TEST(PromptText, OfATokenWithNothingBeforeItIsNone) {
  EXPECT_TRUE(weights_of({slate_of(1, {}, {{3}, {4}}, {0, 1})}).empty());
}

TEST(PromptText, OfASlateThatNobodyLabelledIsNone) {
  auto opinion = slate_of(1, {1, 2}, {{3}, {4}}, {0.7F, 0.3F});
  opinion.labelled = false;
  expect_weights(weights_of({opinion, slate_of(2, {5, 6}, {{7}}, {1})}), {{{5, 6}, 0.5}, {{6, 7}, 0.5}});
}

TEST(PromptText, OfASlateWithoutARelevantCandidateIsNone) {
  EXPECT_TRUE(weights_of({slate_of(1, {1, 2}, {{3}}, {0})}).empty());
}

}  // namespace
}  // namespace r2rank::rollout
