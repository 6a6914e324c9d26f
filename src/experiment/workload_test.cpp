#include "experiment/workload.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/golden_models.h"
#include "rollout/slate_tree.h"

namespace r2rank::experiment {
namespace {

constexpr Workload kSmall{
    .history = 7, .candidates = 3, .candidate = 4, .rationales = 2, .rationale_tokens = 5};

TEST(Workload, MakesASlateOfItsSizes) {
  const auto slate = make_slate(kSmall, 50, 1);
  EXPECT_EQ(slate.pieces.history.size(), 7U);
  ASSERT_EQ(slate.candidates(), 3);
  for (const auto& candidate : slate.pieces.candidates) {
    EXPECT_EQ(candidate.size(), 4U);
    for (const int32_t token : candidate) EXPECT_LT(token, 50);
  }
  EXPECT_EQ(std::count(slate.relevance.begin(), slate.relevance.end(), 1.0F), 1);
}

TEST(Workload, DependsOnTheSeedAlone) {
  EXPECT_EQ(make_slate(kSmall, 50, 1).pieces.history, make_slate(kSmall, 50, 1).pieces.history);
  EXPECT_NE(make_slate(kSmall, 50, 1).pieces.history, make_slate(kSmall, 50, 2).pieces.history);
}

/// Every (query, key) pair of a tree, one by one.
double pairs_of(const model::TokenTree& tree) {
  double pairs = 0;
  for (int32_t id = 0; id < static_cast<int32_t>(tree.nodes().size()); ++id) {
    const auto& node = tree.node(id);
    const auto above = static_cast<int64_t>(tree.path(id).size()) - node.length;
    for (int64_t token = 0; token < node.length; ++token) pairs += static_cast<double>(above + token + 1);
  }
  return pairs;
}

TEST(Workload, CountsThePairsOfItsTree) {
  const auto slate = make_slate(kSmall, 50, 1);
  model::TokenTree tree;
  const int32_t root = tree.add(model::TokenTree::kRoot, slate.pieces.history);
  for (const auto& candidate : slate.pieces.candidates) {
    const int32_t node = tree.add(root, candidate);
    for (int g = 0; g < 2; ++g) tree.add(node, std::vector<int32_t>(5, 1));
  }
  EXPECT_EQ(visible_pairs(kSmall, 2), pairs_of(tree));
}

TEST(Workload, ForwardFlopAreTwiceTheWeightsMet) {
  const auto config = model::golden::tiny_config("llama");  // 2 layers, width 32, 4 + 2 heads of 8, ffn 48
  const auto flop = forward_flop(config);
  EXPECT_EQ(flop.block_token, 2 * 2 * (32 * (4 + 2 + 2) * 8 + 4 * 8 * 32 + 3 * 32 * 48));
  EXPECT_EQ(flop.output_token, 2 * 32 * 128);
  EXPECT_EQ(flop.visible_pair, 4 * 2 * 4 * 8);
}

}  // namespace
}  // namespace r2rank::experiment
