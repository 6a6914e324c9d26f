#include "model/token_tree.h"

#include <gtest/gtest.h>

namespace r2rank::model {
namespace {

using Tokens = std::vector<int32_t>;
using Packed = std::vector<int64_t>;

class TokenTreeTest : public testing::Test {
 protected:
  // Two slates: the first with two candidates, of which the first has a cue and an empty rationale start.
  TokenTree tree_;
  int32_t history_ = tree_.add(TokenTree::kRoot, Tokens{1, 2, 3});
  int32_t first_ = tree_.add(history_, Tokens{4, 5});
  int32_t cue_ = tree_.add(first_, Tokens{6});
  int32_t start_ = tree_.add(first_, Tokens{});
  int32_t second_ = tree_.add(history_, Tokens{7});
  int32_t other_ = tree_.add(TokenTree::kRoot, Tokens{8, 9});
};

TEST_F(TokenTreeTest, PacksTokensInTheOrderOfInsertion) {
  EXPECT_EQ(tree_.tokens(), (Tokens{1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_EQ(tree_.size(), 9);
}

TEST_F(TokenTreeTest, CountsPositionsAlongEachPath) {
  EXPECT_EQ(tree_.node(history_).position, 0);
  EXPECT_EQ(tree_.node(first_).position, 3);
  EXPECT_EQ(tree_.node(cue_).position, 5);
  EXPECT_EQ(tree_.node(start_).position, 5);
  EXPECT_EQ(tree_.node(second_).position, 3);
  EXPECT_EQ(tree_.node(other_).position, 0);
}

TEST_F(TokenTreeTest, KnowsThePathOfEveryNode) {
  EXPECT_EQ(tree_.path(cue_), (Packed{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(tree_.path(start_), (Packed{0, 1, 2, 3, 4}));
  EXPECT_EQ(tree_.path(second_), (Packed{0, 1, 2, 6}));
  EXPECT_EQ(tree_.path(other_), (Packed{7, 8}));
}

TEST_F(TokenTreeTest, KeepsDescendantsWithoutAGap) {
  EXPECT_EQ(tree_.node(history_).subtree_end, 7);
  EXPECT_EQ(tree_.node(first_).subtree_end, 6);
  EXPECT_EQ(tree_.node(start_).subtree_end, 6);
  EXPECT_EQ(tree_.node(other_).subtree_end, 9);
}

TEST_F(TokenTreeTest, EndsAnEmptyNodeWhereItsParentDoes) {
  EXPECT_EQ(tree_.last_token(cue_), 5);
  EXPECT_EQ(tree_.last_token(start_), 4);
  const int32_t empty = tree_.add(tree_.add(other_, Tokens{}), Tokens{});
  EXPECT_EQ(tree_.last_token(empty), 8);
}

using TokenTreeDeathTest = TokenTreeTest;

TEST_F(TokenTreeDeathTest, AbortsWhenANodeComesTooLate) {
  EXPECT_DEATH(tree_.add(first_, Tokens{1}), "subtree_end");  // another slate has begun since
}

TEST_F(TokenTreeDeathTest, AbortsWhenAPathHasNoToken) {
  TokenTree tree;
  const int32_t root = tree.add(TokenTree::kRoot, Tokens{});
  EXPECT_DEATH(tree.last_token(root), "kRoot");
}

}  // namespace
}  // namespace r2rank::model
