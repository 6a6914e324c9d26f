#include "rollout/rollout_groups.h"

#include <gtest/gtest.h>

#include <limits>
#include <tuple>

#include "model/golden_models.h"
#include "rollout/test_slates.h"

namespace r2rank::rollout {
namespace {

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

/// A slate of a history and of candidates with so many tokens.
PreparedSlate slate_of(size_t history, const std::vector<size_t>& candidates) {
  PreparedSlate slate;
  slate.pieces.history.resize(history);
  for (const size_t length : candidates) {
    slate.order.push_back(static_cast<int32_t>(slate.order.size()));
    slate.pieces.candidates.emplace_back(length);
  }
  return slate;
}

class RolloutGroups : public testing::Test {
 protected:
  std::vector<RolloutGroup> cut(double budget) const {
    std::vector<const PreparedSlate*> view;
    for (const auto& slate : slates_) view.push_back(&slate);
    return cut_rollout(view, frame_, costs_, rationales_, max_tokens_, budget);
  }

  PromptFrame frame_{{0}, {0, 0}, 5};
  RolloutCosts costs_;
  int64_t rationales_ = 1, max_tokens_ = 4;
  std::vector<PreparedSlate> slates_ = {slate_of(10, {5, 5, 5, 5}), slate_of(10, {5, 5})};
};

TEST_F(RolloutGroups, AreOneWhereEverythingFits) {
  costs_ = {1, 1, 1, 1};
  EXPECT_EQ(cut(kNoLimit), (std::vector<RolloutGroup>{{{{0, 0, 4}, {1, 0, 2}}, 0, 1}}));
}

TEST_F(RolloutGroups, AreCutBetweenSlatesAndWithinOne) {
  costs_.prompt_token = 1;  // a candidate: 5 tokens, the start's 1, the cue's 2; a history: 10
  EXPECT_EQ(cut(34),        // a history and three candidates; the second slate would make 18 + 18
            (std::vector<RolloutGroup>{{{{0, 0, 3}}, 0, 1}, {{{0, 3, 4}}, 0, 1}, {{{1, 0, 2}}, 0, 1}}));
  EXPECT_EQ(cut(36), (std::vector<RolloutGroup>{
                         {{{0, 0, 3}}, 0, 1}, {{{0, 3, 4}, {1, 0, 1}}, 0, 1}, {{{1, 1, 2}}, 0, 1}}));
}

TEST_F(RolloutGroups, OfSilentScoresHoldNoRationales) {
  costs_ = {1, 1000, 1000, 1000};
  rationales_ = 0;  // a candidate: 5 tokens and the cue's 2
  EXPECT_EQ(cut(24),
            (std::vector<RolloutGroup>{{{{0, 0, 2}}, 0, 0}, {{{0, 2, 4}}, 0, 0}, {{{1, 0, 2}}, 0, 0}}));
}

TEST_F(RolloutGroups, CutTheRationalesOfACandidateThatDoesNotFit) {
  costs_.cached_token = 1;  // a row: 5 tokens, the start's 1, T = 4, the cue's 2, the end of the turn
  rationales_ = 4;
  slates_ = {slate_of(10, {5, 5})};
  EXPECT_EQ(cut(45),
            (std::vector<RolloutGroup>{
                {{{0, 0, 1}}, 0, 3}, {{{0, 0, 1}}, 3, 1}, {{{0, 1, 2}}, 0, 3}, {{{0, 1, 2}}, 3, 1}}));
  EXPECT_EQ(cut(52), (std::vector<RolloutGroup>{{{{0, 0, 1}}, 0, 4}, {{{0, 1, 2}}, 0, 4}}));
}

TEST_F(RolloutGroups, CountTheLongestRowsCacheForEveryRow) {
  costs_.cached_token = 1;
  slates_ = {slate_of(10, {5, 9})};  // rows of 13 and of 17
  EXPECT_EQ(cut(33).size(), 2U);
  EXPECT_EQ(cut(34).size(), 1U);
}

TEST_F(RolloutGroups, CountWhatTheRowsOfASlateShareOnce) {
  costs_ = {0, 1, 0, 1};
  EXPECT_EQ(cut(14), (std::vector<RolloutGroup>{{{{0, 0, 4}}, 0, 1}, {{{1, 0, 2}}, 0, 1}}));
}

TEST_F(RolloutGroups, HoldEveryRowOnceAndInOrderWhateverTheBudget) {
  costs_ = rollout_costs(model::golden::tiny_config("llama"), 4);
  rationales_ = 3;
  slates_ = {RawSlate(1, 7).prepared(), RawSlate(2, 1).prepared(), RawSlate(3, 12).prepared()};
  std::vector<std::tuple<size_t, int64_t, int64_t>> expected;
  for (size_t b = 0; b < slates_.size(); ++b)
    for (int64_t i = 0; i < slates_[b].candidates(); ++i)
      for (int64_t g = 0; g < rationales_; ++g) expected.emplace_back(b, i, g);
  size_t groups = 0;
  for (const double budget : {kNoLimit, 3e5, 1e5, 5e4, 2e4, 1.0, 0.0}) {
    std::vector<std::tuple<size_t, int64_t, int64_t>> found;
    const auto all = cut(budget);
    for (const auto& group : all)
      for (const auto& run : group.runs)
        for (int64_t i = run.first; i < run.last; ++i)
          for (int64_t g = 0; g < group.copies; ++g) found.emplace_back(run.slate, i, group.first_copy + g);
    EXPECT_EQ(found, expected) << budget;
    EXPECT_GE(all.size(), groups) << budget;
    groups = all.size();
  }
  EXPECT_EQ(groups, expected.size());  // at last every row alone
}

TEST_F(RolloutGroups, OfNothingAreNone) {
  slates_.clear();
  EXPECT_TRUE(cut(kNoLimit).empty());
}

TEST(RolloutCosts, FollowFromTheModelsShape) {
  const auto costs = rollout_costs(model::golden::tiny_config("llama"), 2);
  EXPECT_EQ(costs.prompt_token, 2 * (6 * 32 + 4 * 32 + 3 * 48));
  EXPECT_EQ(costs.history_token, 2 * 2 * 2 * 4 * 8);
  EXPECT_EQ(costs.cached_token, 2 * 2 * 2 * 2 * 8);
  EXPECT_EQ(costs.row, 14 * 128 + costs.prompt_token);
}

}  // namespace
}  // namespace r2rank::rollout
