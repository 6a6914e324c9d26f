#include "model/tree_attention.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "model/golden_models.h"
#include "model/random_tree.h"
#include "model/tile_attention.h"

namespace r2rank::model {
namespace {

using golden::RandomTree;
using golden::relative_error;

constexpr int64_t kHeads = 6, kKvHeads = 2;

struct Inputs {
  at::Tensor q, k, v;
  Inputs(int64_t tokens, int64_t width)
      : q(golden::formula("q", {tokens, kHeads, width}, 2)),
        k(golden::formula("k", {tokens, kKvHeads, width}, 2)),
        v(golden::formula("v", {tokens, kKvHeads, width}, 2)) {}
  void require_grad() {
    for (auto* x : {&q, &k, &v}) x->requires_grad_(true);
  }
};

/// Path by path: each token's attention over exactly its own path, by the definition.
at::Tensor path_by_path(const TokenTree& tree, const Inputs& in) {
  std::vector<at::Tensor> rows(tree.size());
  for (int32_t node = 0; node < static_cast<int32_t>(tree.nodes().size()); ++node) {
    const auto path = tree.path(node);
    const auto own = tree.node(node).length;
    for (int64_t t = 0; t < own; ++t) {
      const int64_t packed = tree.node(node).begin + t;
      const auto visible = static_cast<int64_t>(path.size()) - own + t + 1;
      const auto index = at::tensor(path, at::kLong).slice(0, 0, visible);
      const at::Tensor keys =
          in.k.index_select(0, index).repeat_interleave(kHeads / kKvHeads, 1).transpose(0, 1);
      const at::Tensor values =
          in.v.index_select(0, index).repeat_interleave(kHeads / kKvHeads, 1).transpose(0, 1);
      const at::Tensor scores = at::matmul(in.q[packed].unsqueeze(1), keys.transpose(1, 2)) /
                                std::sqrt(static_cast<double>(in.q.size(2)));
      rows[packed] = at::matmul(at::softmax(scores, -1), values).squeeze(1);
    }
  }
  return at::stack(rows);
}

struct Case {
  AttentionMethod method;
  int64_t width;
  uint64_t longest;  // runs are shorter than this
  int seeds;
};

class RandomTrees : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const bool tiles = GetParam().method == AttentionMethod::kTiles;
    if (tiles && !tile_attention_available(at::kBFloat16, GetParam().width, kHeads / kKvHeads))
      GTEST_SKIP() << "this CPU has no AVX-512 with bf16 products";
  }
  static std::shared_ptr<const AttentionPlan> plan(const TokenTree& tree, at::ScalarType type) {
    return std::make_shared<const AttentionPlan>(plan_attention(tree, type, at::kCPU, GetParam().method));
  }
};

void expect_equal_gradients(const Inputs& found, const Inputs& expected, double tolerance) {
  EXPECT_LT(relative_error(found.q.grad(), expected.q.grad()), tolerance);
  EXPECT_LT(relative_error(found.k.grad(), expected.k.grad()), tolerance);
  EXPECT_LT(relative_error(found.v.grad(), expected.v.grad()), tolerance);
}

TEST_P(RandomTrees, EqualPathByPathForwardAndBackward) {
  for (int seed = 1; seed <= GetParam().seeds; ++seed) {
    const RandomTree random(seed, GetParam().longest);
    Inputs packed(random.tree.size(), GetParam().width), plain(random.tree.size(), GetParam().width);
    packed.require_grad();
    plain.require_grad();
    const at::Tensor found = tree_attention(packed.q, packed.k, packed.v, plan(random.tree, at::kFloat)),
                     expected = path_by_path(random.tree, plain);
    EXPECT_LT(relative_error(found, expected.detach()), 1e-5) << seed;

    const at::Tensor weights = golden::formula("weights", {random.tree.size(), kHeads, GetParam().width});
    torch::autograd::backward({(found * weights).sum()}, {});
    torch::autograd::backward({(expected * weights).sum()}, {});
    expect_equal_gradients(packed, plain, 1e-5);
  }
}

TEST_P(RandomTrees, AreCloseInBf16) {
  for (int seed = 1; seed <= GetParam().seeds; ++seed) {
    const RandomTree random(seed, GetParam().longest);
    Inputs plain(random.tree.size(), GetParam().width), packed(random.tree.size(), GetParam().width);
    plain.require_grad();
    for (auto* x : {&packed.q, &packed.k, &packed.v}) *x = x->to(at::kBFloat16);
    packed.require_grad();
    const at::Tensor found = tree_attention(packed.q, packed.k, packed.v, plan(random.tree, at::kBFloat16)),
                     expected = path_by_path(random.tree, plain);
    EXPECT_LT(relative_error(found, expected.detach()), 3e-2) << seed;
    const at::Tensor weights = golden::formula("weights", {random.tree.size(), kHeads, GetParam().width});
    torch::autograd::backward({(found.to(at::kFloat) * weights).sum()}, {});
    torch::autograd::backward({(expected * weights).sum()}, {});
    expect_equal_gradients(packed, plain, 5e-2);
  }
}

// Runs shorter and longer than a tile of 64 keys, head widths below, at and above one.
INSTANTIATE_TEST_SUITE_P(Methods, RandomTrees,
                         testing::Values(Case{AttentionMethod::kCascade, 16, 12, 40},
                                         Case{AttentionMethod::kTiles, 16, 12, 40},
                                         Case{AttentionMethod::kTiles, 64, 150, 3},
                                         Case{AttentionMethod::kTiles, 96, 70, 3}));

TEST(TileAttention, GivesTheSameBitsWithAnyNumberOfThreads) {
  if (!tile_attention_available(at::kFloat, 32, kHeads / kKvHeads)) GTEST_SKIP() << "this CPU has no AVX-512";
  const RandomTree random(5, 60);
  const Inputs in(random.tree.size(), 32);
  const int threads = at::get_num_threads();
  std::vector<at::Tensor> outs, keys;
  for (const int count : {1, 2}) {
    at::set_num_threads(count);
    const auto forward = tile_attention(random.tree.nodes(), in.q, in.k, in.v);
    outs.push_back(forward.out);
    keys.push_back(
        tile_attention_backward(random.tree.nodes(), in.q, in.q, in.k, in.v, forward.out, forward.lse).k);
  }
  at::set_num_threads(threads);
  EXPECT_TRUE(outs[0].equal(outs[1]));
  EXPECT_TRUE(keys[0].equal(keys[1]));
}

}  // namespace
}  // namespace r2rank::model
