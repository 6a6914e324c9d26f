#include "model/tile_attention.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "model/golden_models.h"

namespace r2rank::model {
namespace {

using golden::formula;
using golden::relative_error;
using Nodes = std::vector<TokenTree::Node>;
using Lengths = std::vector<int64_t>;

constexpr int64_t kHeads = 6, kKvHeads = 2, kWidth = 32;

/// Queries, keys and values of N packed tokens.
struct Inputs {
  at::Tensor q, k, v;  // [N, heads, d], [N, kv_heads, d] twice
  explicit Inputs(int64_t tokens)
      : q(formula("q", {tokens, kHeads, kWidth}, 2)),
        k(formula("k", {tokens, kKvHeads, kWidth}, 2)),
        v(formula("v", {tokens, kKvHeads, kWidth}, 2)) {}
  AttentionPartResult attend(const Nodes& nodes) const { return tile_attention(nodes, q, k, v); }
  /// Gradients for an output whose own gradient is q.
  AttentionPartGradients gradients(const Nodes& nodes) const {
    const auto forward = attend(nodes);
    return tile_attention_backward(nodes, q, q, k, v, forward.out, forward.lse);
  }
  Inputs in_order(const at::Tensor& index) const {
    Inputs other = *this;
    for (auto* x : {&other.q, &other.k, &other.v}) *x = x->index_select(0, index);
    return other;
  }
};

at::Tensor for_every_head(const at::Tensor& x) {  // [N, kv_heads, d] -> [heads, N, d]
  return x.repeat_interleave(kHeads / kKvHeads, 1).transpose(0, 1);
}

/// Attention of tokens that follow one another, by the definition.
AttentionPartResult along_one_path(const Inputs& in) {
  const int64_t tokens = in.q.size(0);
  const at::Tensor hidden = at::ones({tokens, tokens}, at::kBool).triu(1);
  const at::Tensor scores =
      (at::matmul(in.q.transpose(0, 1), for_every_head(in.k).transpose(1, 2)) / std::sqrt(double{kWidth}))
          .masked_fill(hidden, -std::numeric_limits<float>::infinity());  // [heads, N, N]
  return {at::matmul(at::softmax(scores, -1), for_every_head(in.v)).transpose(0, 1),
          scores.logsumexp(-1).transpose(0, 1)};
}

/// A tree of runs of these lengths, each under the one before it (`chain`) or all but the first under the
/// first.
Nodes tree_of(const Lengths& lengths, bool chain) {
  TokenTree tree;
  int32_t above = TokenTree::kRoot;
  for (const int64_t length : lengths) {
    const int32_t added = tree.add(above, std::vector<int32_t>(static_cast<size_t>(length), 1));
    if (chain || above == TokenTree::kRoot) above = added;
  }
  return tree.nodes();
}

class Tiles : public testing::Test {
 protected:
  void SetUp() override {
    if (!tile_attention_available(at::kFloat, kWidth, 1)) GTEST_SKIP() << "this CPU has no AVX-512";
  }
};

TEST(TileAttention, IsOfferedOnlyForKnownTypesAndWholeStepsOfWidth) {
  for (const int64_t width : {1, 8, 17, 40, 65})
    for (const auto type : {at::kFloat, at::kBFloat16})
      EXPECT_FALSE(tile_attention_available(type, width, 1));
  for (const auto type : {at::kDouble, at::kHalf, at::kLong})
    EXPECT_FALSE(tile_attention_available(type, 64, 1));
}

TEST(TileAttention, IsNotOfferedForMoreQueryHeadsThanATileHasRows) {
  EXPECT_FALSE(tile_attention_available(at::kFloat, 64, 65));
}

TEST_F(Tiles, GiveOutputAndLogSumExpByTheDefinition) {
  const Inputs in(150);
  const auto expected = along_one_path(in);
  for (const Lengths& lengths : std::vector<Lengths>{{150}, {64, 64, 22}, {1, 65, 84}, {63, 2, 85}}) {
    const auto found = in.attend(tree_of(lengths, true));
    EXPECT_LT(relative_error(found.out, expected.out), 1e-5) << lengths.size() << ", " << lengths[0];
    EXPECT_LT(relative_error(found.lse, expected.lse), 1e-5) << lengths.size() << ", " << lengths[0];
  }
}

TEST_F(Tiles, LetATokenAloneSeeItself) {
  const Inputs in(1);
  const auto found = in.attend(tree_of({1}, true));
  EXPECT_LT(relative_error(found.out, for_every_head(in.v).transpose(0, 1)), 1e-6);
  EXPECT_LT(in.gradients(tree_of({1}, true)).q.abs().max().item<float>(), 1e-4F);
}

TEST_F(Tiles, StayFiniteWhereScoresAreFarApart) {
  Inputs in(70);
  in.q.fill_(50);
  in.k.copy_(at::arange(70).view({70, 1, 1}).expand_as(in.k));  // every token prefers itself, by far
  const auto found = in.attend(tree_of({40, 30}, true));
  EXPECT_LT(relative_error(found.out, for_every_head(in.v).transpose(0, 1)), 1e-5);
  const double step = 50 * std::sqrt(double{kWidth});
  EXPECT_LT(relative_error(found.lse, step * at::arange(70).view({70, 1}).expand({70, kHeads})), 1e-5);
  const auto gradients = in.gradients(tree_of({40, 30}, true));
  for (const auto& x : {gradients.q, gradients.k, gradients.v}) EXPECT_TRUE(x.isfinite().all().item<bool>());
}

TEST_F(Tiles, GiveAPathTheSameBitsWhateverTheOrderOfItsSiblings) {
  const Inputs in(77);
  const Nodes nodes = tree_of({40, 10, 7, 20}, false), moved = tree_of({40, 20, 10, 7}, false);
  const at::Tensor index = at::cat({at::arange(40), at::arange(57, 77), at::arange(40, 57)});
  const Inputs other = in.in_order(index);
  EXPECT_TRUE(other.attend(moved).out.equal(in.attend(nodes).out.index_select(0, index)));
  EXPECT_TRUE(other.attend(moved).lse.equal(in.attend(nodes).lse.index_select(0, index)));
  EXPECT_TRUE(other.gradients(moved).q.equal(in.gradients(nodes).q.index_select(0, index)));
}

TEST_F(Tiles, PassOverEmptyRuns) {
  const Inputs in(30);
  const Nodes plain = tree_of({20, 10}, true), gaps = tree_of({0, 20, 0, 0, 10, 0}, true);
  EXPECT_TRUE(in.attend(gaps).out.equal(in.attend(plain).out));
  EXPECT_TRUE(in.gradients(gaps).k.equal(in.gradients(plain).k));
  EXPECT_TRUE(in.gradients(gaps).v.equal(in.gradients(plain).v));
}

TEST_F(Tiles, TakeInputsThatAreNotContiguous) {
  const Inputs in(30);
  Inputs turned(30);
  for (auto* x : {&turned.q, &turned.k, &turned.v}) *x = x->transpose(0, 1).contiguous().transpose(0, 1);
  ASSERT_FALSE(turned.q.is_contiguous());
  const Nodes nodes = tree_of({20, 10}, true);
  EXPECT_TRUE(turned.attend(nodes).out.equal(in.attend(nodes).out));
  EXPECT_TRUE(turned.gradients(nodes).q.equal(in.gradients(nodes).q));
  EXPECT_TRUE(turned.gradients(nodes).k.equal(in.gradients(nodes).k));
}

TEST_F(Tiles, OfNothingAreEmpty) {
  const Inputs in(0);
  EXPECT_EQ(in.attend({}).out.numel(), 0);
  EXPECT_EQ(in.gradients({}).k.numel(), 0);
}

}  // namespace
}  // namespace r2rank::model
