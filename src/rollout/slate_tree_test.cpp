#include "rollout/slate_tree.h"

#include <gtest/gtest.h>

#include <memory>

#include "rollout/test_slates.h"

namespace r2rank::rollout {
namespace {

using Tokens = std::vector<int32_t>;
using Rationales = std::vector<std::vector<std::vector<Rationale>>>;

Tokens joined(const std::vector<Tokens>& parts) {
  Tokens all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// The tokens from the root up to and including a packed one.
Tokens path_to(const model::TokenTree& tree, int64_t packed) {
  for (int32_t index = 0; index < static_cast<int32_t>(tree.nodes().size()); ++index) {
    const auto& node = tree.node(index);
    if (packed < node.begin || packed >= node.begin + node.length) continue;
    Tokens tokens;
    for (const int64_t place : tree.path(index))
      if (place <= packed) tokens.push_back(tree.tokens()[place]);
    return tokens;
  }
  ADD_FAILURE() << "no node holds token " << packed;
  return {};
}

/// Two slates; per candidate two rationales of 0 to 4 tokens, every third malformed.
Rationales rationales_of(const SlateBatch& batch) {
  base::RandomStream random(9, base::Purpose::kInit);
  Rationales all;
  int number = 0;
  for (const auto* slate : batch.view) {
    auto& of_slate = all.emplace_back();
    for (int64_t i = 0; i < slate->candidates(); ++i) {
      auto& own = of_slate.emplace_back();
      for (int g = 0; g < 2; ++g, ++number)
        own.push_back({random_tokens(random, static_cast<uint64_t>(number % 5)), {}, false, number % 3 == 2});
    }
  }
  return all;
}

class SlateTrees : public testing::TestWithParam<bool> {
 protected:
  void expect_pieces_on_their_paths(const SlateBatch& batch) const;

  const SlateBatch batch_{{RawSlate(1, 3), RawSlate(2, 2)}};
  const PromptFrame frame_{GetParam() ? Tokens{} : Tokens{20, 21}, {30, 31, 32}, 5};
};

void SlateTrees::expect_pieces_on_their_paths(const SlateBatch& batch) const {
  const auto rationales = rationales_of(batch);
  const SlateTree out = build_slate_tree(batch.view, frame_, rationales);
  size_t leaf = 0, flat = 0, token = 0;
  for (size_t b = 0; b < batch.view.size(); ++b)
    for (int64_t i = 0; i < batch.view[b]->candidates(); ++i) {
      const Tokens prompt = joined({batch.view[b]->pieces.history, batch.view[b]->pieces.candidates[i]});
      EXPECT_EQ(path_to(out.tree, out.silent_last[leaf++]), joined({prompt, frame_.cue}));
      for (const Rationale& rationale : rationales[b][i]) {
        Tokens path = joined({prompt, frame_.rationale_start});
        for (const int32_t next : rationale.tokens) {
          ASSERT_LT(token, out.predicted.size());
          EXPECT_EQ(path_to(out.tree, out.predicted_from[token]), path);
          EXPECT_EQ(out.predicted[token], next);
          EXPECT_EQ(out.token_rationale[token], static_cast<int64_t>(flat));
          path.push_back(next);
          ++token;
        }
        const int64_t last = out.reasoned_last[flat++];
        EXPECT_EQ(last < 0, rationale.malformed);
        EXPECT_EQ(last < 0 ? Tokens{} : path_to(out.tree, last),
                  rationale.malformed ? Tokens{} : joined({path, frame_.cue}));
      }
    }
  EXPECT_EQ(out.silent_last.size(), leaf);
  EXPECT_EQ(out.reasoned_last.size(), flat);
  EXPECT_EQ(out.predicted.size(), token);
  EXPECT_EQ(out.predicted_from.size(), token);
  EXPECT_EQ(out.token_rationale.size(), token);
}

TEST_P(SlateTrees, PlaceEveryPieceOnItsPath) {
  expect_pieces_on_their_paths(batch_);
}

/// Slates with 2 candidates each, of the users and with the histories given.
std::unique_ptr<SlateBatch> batch_of(const std::vector<std::pair<int32_t, Tokens>>& histories) {
  std::vector<RawSlate> raw;
  for (const auto& [user, history] : histories) {
    raw.emplace_back(static_cast<int64_t>(raw.size()), 2);
    raw.back().pieces.history = history;
  }
  auto batch = std::make_unique<SlateBatch>(raw);
  for (size_t b = 0; b < histories.size(); ++b) batch->slates[b].user = histories[b].first;
  return batch;
}

int64_t tokens_counted(const SlateBatch& batch, const PromptFrame& frame) {
  int64_t tokens = 0;
  for (size_t b = 0; b < batch.view.size(); ++b)
    tokens += slate_tokens(*batch.view[b], frame, 0, 0, b > 0 ? batch.view[b - 1] : nullptr);
  return tokens;
}

TEST_P(SlateTrees, HoldOnceWhatNeighbouringSlatesOfOneUserBeginWith) {
  struct Case {
    std::vector<std::pair<int32_t, Tokens>> histories;
    int64_t saved;
  };
  const std::vector<Case> cases = {
      {{{4, {1, 2, 9}}, {4, {1, 2, 3, 9}}, {4, {1, 2, 3, 4, 9}}}, 2 + 3},  // growing
      {{{4, {1, 2, 3, 4, 9}}, {4, {1, 2, 3, 9}}, {4, {1, 2, 9}}}, 3 + 2},  // and backwards
      {{{4, {1, 2, 9}}, {5, {1, 2, 3, 9}}}, 0},                            // of other users nothing
      {{{-1, {1, 2, 9}}, {-1, {1, 2, 3, 9}}}, 0},                          // nor of unknown ones
      {{{4, {1, 2, 9}}, {4, {1, 2, 9}}, {4, {1, 7}}}, 3 + 1},              // equal ones
      {{{4, {1, 2, 9}}, {4, {3, 2, 9}}, {4, {3, 2, 9, 9}}}, 3},            // nothing in common
      {{{4, {1, 2}}, {4, {1, 2, 3}}, {4, {1, 2}}, {5, {1, 2}}}, 2 + 2},    // one a part of the other
      {{{4, {1, 2, 3, 9}}, {4, {1, 9}}, {4, {1, 2, 3, 9}}}, 1 + 1},        // what was left is not found again
      {{{4, {}}, {4, {1}}, {5, {}}, {5, {}}}, 0},
  };
  for (size_t n = 0; n < cases.size(); ++n) {
    SCOPED_TRACE(n);
    const auto batch = batch_of(cases[n].histories);
    expect_pieces_on_their_paths(*batch);
    int64_t alone = 0;
    for (const auto* slate : batch->view) alone += slate_tokens(*slate, frame_, 0, 0);
    EXPECT_EQ(build_slate_tree(batch->view, frame_, {}).tree.size(), alone - cases[n].saved);
    EXPECT_EQ(tokens_counted(*batch, frame_), alone - cases[n].saved);
  }
}

TEST_P(SlateTrees, HoldEveryPromptOnce) {
  const SlateTree silent = build_slate_tree(batch_.view, frame_, {});
  int64_t expected = 0;
  for (const auto* slate : batch_.view) expected += slate_tokens(*slate, frame_, 0, 0);
  EXPECT_EQ(silent.tree.size(), expected);
  EXPECT_TRUE(silent.reasoned_last.empty() && silent.predicted.empty());
}

TEST_P(SlateTrees, AreEstimatedExactlyForRationalesOfFullLength) {
  Rationales full;
  for (const auto* slate : batch_.view)
    full.emplace_back(slate->candidates(),
                      std::vector<Rationale>(2, Rationale{Tokens(4, 1), {}, false, false}));
  int64_t expected = 0;
  for (const auto* slate : batch_.view) expected += slate_tokens(*slate, frame_, 2, 4);
  EXPECT_EQ(build_slate_tree(batch_.view, frame_, full).tree.size(), expected);
}

TEST_P(SlateTrees, LeaveTheSilentCueOutOnDemand) {
  const SlateTree out = build_slate_tree(batch_.view, frame_, rationales_of(batch_), false);
  EXPECT_TRUE(out.silent_last.empty());
  EXPECT_EQ(out.reasoned_last.size(), 10u);
}

INSTANTIATE_TEST_SUITE_P(RationaleStart, SlateTrees, testing::Bool(),
                         [](const auto& test) { return test.param ? "Empty" : "Fixed"; });

TEST(SlateTreeDeathTest, AbortsWithoutRationalesForEverySlate) {
  const SlateBatch batch({RawSlate(1, 2), RawSlate(2, 2)});
  EXPECT_DEATH(build_slate_tree(batch.view, {{}, {1}, 5}, Rationales(1)), "slates");
}

}  // namespace
}  // namespace r2rank::rollout
