#include "model/tree_attention.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "model/golden_models.h"
#include "model/random_tree.h"

namespace r2rank::model {
namespace {

using golden::RandomTree;
using golden::relative_error;

constexpr int64_t kHeads = 6, kKvHeads = 2, kWidth = 16;

struct Inputs {
  at::Tensor q, k, v;
  explicit Inputs(int64_t tokens)
      : q(golden::formula("q", {tokens, kHeads, kWidth}, 2)),
        k(golden::formula("k", {tokens, kKvHeads, kWidth}, 2)),
        v(golden::formula("v", {tokens, kKvHeads, kWidth}, 2)) {}
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
      const at::Tensor scores =
          at::matmul(in.q[packed].unsqueeze(1), keys.transpose(1, 2)) / std::sqrt(double{kWidth});
      rows[packed] = at::matmul(at::softmax(scores, -1), values).squeeze(1);
    }
  }
  return at::stack(rows);
}

class RandomTrees : public testing::TestWithParam<int> {};

TEST_P(RandomTrees, EqualPathByPathForwardAndBackward) {
  const RandomTree random(GetParam());
  Inputs packed(random.tree.size()), plain(random.tree.size());
  packed.require_grad();
  plain.require_grad();
  const auto plan = std::make_shared<const AttentionPlan>(plan_attention(random.tree, at::kFloat, at::kCPU));
  const at::Tensor found = tree_attention(packed.q, packed.k, packed.v, plan),
                   expected = path_by_path(random.tree, plain);
  EXPECT_LT(relative_error(found, expected.detach()), 1e-5);

  const at::Tensor weights = golden::formula("weights", {random.tree.size(), kHeads, kWidth});
  torch::autograd::backward({(found * weights).sum()}, {});
  torch::autograd::backward({(expected * weights).sum()}, {});
  EXPECT_LT(relative_error(packed.q.grad(), plain.q.grad()), 1e-5);
  EXPECT_LT(relative_error(packed.k.grad(), plain.k.grad()), 1e-5);
  EXPECT_LT(relative_error(packed.v.grad(), plain.v.grad()), 1e-5);
}

TEST_P(RandomTrees, AreCloseInBf16) {
  const RandomTree random(GetParam());
  const Inputs in(random.tree.size());
  const auto plan =
      std::make_shared<const AttentionPlan>(plan_attention(random.tree, at::kBFloat16, at::kCPU));
  const at::Tensor found =
      tree_attention(in.q.to(at::kBFloat16), in.k.to(at::kBFloat16), in.v.to(at::kBFloat16), plan);
  EXPECT_LT(relative_error(found, path_by_path(random.tree, in)), 3e-2);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomTrees, testing::Range(1, 41));

}  // namespace
}  // namespace r2rank::model
