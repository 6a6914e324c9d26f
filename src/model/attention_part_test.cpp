#include "model/attention_part.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <limits>

#include "model/golden_models.h"

namespace r2rank::model {
namespace {

using golden::formula;
using golden::relative_error;

constexpr int64_t kBatch = 2, kHeads = 3, kWidth = 8;

at::Tensor heads_of(const std::string& name, int64_t tokens) {
  return formula(name, {kBatch, kHeads, tokens, kWidth}, 2);
}

/// Additive masks in which query t of either sequence sees its first keys, at least one.
at::Tensor ragged_mask(int64_t queries, int64_t keys) {
  at::Tensor mask = at::zeros({kBatch, 1, queries, keys});
  for (int64_t n = 0; n < kBatch; ++n)
    for (int64_t t = 0; t < queries; ++t)
      mask[n][0][t].slice(0, 1 + (n * 5 + t * 3) % keys).fill_(-std::numeric_limits<float>::infinity());
  return mask;
}

AttentionPartResult by_definition(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal,
                                  const at::Tensor& mask) {
  at::Tensor scores = at::matmul(q, k.transpose(-2, -1)) / std::sqrt(double{kWidth});
  if (mask.defined()) scores = scores + mask;
  if (causal)
    scores = scores.masked_fill(at::ones({q.size(2), k.size(2)}, at::kBool).triu(1),
                                -std::numeric_limits<float>::infinity());
  return {at::matmul(at::softmax(scores, -1), v), scores.logsumexp(-1)};
}

struct Case {
  int64_t queries, keys;
  bool causal, masked;
};

class Parts : public testing::TestWithParam<Case> {
 protected:
  at::Tensor mask() const {
    return GetParam().masked ? ragged_mask(GetParam().queries, GetParam().keys) : at::Tensor();
  }
  at::Tensor q_ = heads_of("q", GetParam().queries), k_ = heads_of("k", GetParam().keys),
             v_ = heads_of("v", GetParam().keys);
};

TEST_P(Parts, FollowTheDefinition) {
  const auto found = attend(q_, k_, v_, GetParam().causal, mask());
  const auto expected = by_definition(q_, k_, v_, GetParam().causal, mask());
  EXPECT_LT(relative_error(found.out, expected.out), 1e-5);
  EXPECT_LT(relative_error(found.lse, expected.lse), 1e-5);
}

TEST_P(Parts, HaveTheGradientsOfAutograd) {
  const auto forward = attend(q_, k_, v_, GetParam().causal, mask());
  const at::Tensor grad = heads_of("grad", GetParam().queries);
  const auto found = attend_backward(grad, q_, k_, v_, forward.out, forward.lse, GetParam().causal, mask());
  std::vector<at::Tensor> leaves;
  for (const auto& input : {q_, k_, v_}) leaves.push_back(input.clone().requires_grad_(true));
  torch::autograd::backward({by_definition(leaves[0], leaves[1], leaves[2], GetParam().causal, mask()).out},
                            {grad});
  EXPECT_LT(relative_error(found.q, leaves[0].grad()), 1e-5);
  EXPECT_LT(relative_error(found.k, leaves[1].grad()), 1e-5);
  EXPECT_LT(relative_error(found.v, leaves[2].grad()), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Shapes, Parts,
                         testing::Values(Case{1, 2, false, false}, Case{7, 33, false, false},
                                         Case{70, 5, false, false}, Case{2, 2, true, false},
                                         Case{7, 7, true, false}, Case{65, 65, true, false},
                                         Case{3, 9, false, true}, Case{33, 40, false, true}),
                         [](const auto& test) {
                           const Case& c = test.param;
                           return std::to_string(c.queries) + "x" + std::to_string(c.keys) +
                                  (c.causal ? "causal" : "") + (c.masked ? "masked" : "");
                         });

// --- Merging
// -------------------------------------------------------------------------------------------------------------

/// Rows [M, heads, d] of a batch of one.
at::Tensor rows(const at::Tensor& x) {
  return x.squeeze(0).transpose(0, 1).contiguous();
}
at::Tensor row_sums(const at::Tensor& lse) {
  return lse.squeeze(0).transpose(0, 1).contiguous();
}

struct Halves {
  at::Tensor q = formula("q", {1, kHeads, 9, kWidth}, 2), k = formula("k", {1, kHeads, 21, kWidth}, 2),
             v = formula("v", {1, kHeads, 21, kWidth}, 2);
  at::Tensor first(const at::Tensor& x) const { return x.slice(2, 0, 8).contiguous(); }
  at::Tensor second(const at::Tensor& x) const { return x.slice(2, 8).contiguous(); }
  AttentionPartResult whole = attend(q, k, v, false, {});
};

TEST(Merge, OfTwoHalvesIsTheWhole) {
  const Halves h;
  const auto a = attend(h.q, h.first(h.k), h.first(h.v), false, {}),
             b = attend(h.q, h.second(h.k), h.second(h.v), false, {});
  at::Tensor out = rows(a.out), lse = row_sums(a.lse);
  merge_attention(out, lse, rows(b.out), row_sums(b.lse));
  EXPECT_LT(relative_error(out, rows(h.whole.out)), 1e-5);
  EXPECT_LT(relative_error(lse, row_sums(h.whole.lse)), 1e-6);
}

TEST(Merge, OfFarApartSumsTakesTheLarger) {
  at::Tensor out = at::ones({1, 1, 2}), lse = at::full({1, 1}, -200.0F);
  merge_attention(out, lse, at::full({1, 1, 2}, 5.0F), at::full({1, 1}, 200.0F));
  EXPECT_TRUE(out.equal(at::full({1, 1, 2}, 5.0F)));
  EXPECT_TRUE(lse.equal(at::full({1, 1}, 200.0F)));
}

TEST(Merge, LetsEachHalfGiveItsShareOfTheGradient) {
  const Halves h;
  const at::Tensor grad = formula("grad", {1, kHeads, 9, kWidth});
  const auto& [out, lse] = h.whole;
  const auto whole = attend_backward(grad, h.q, h.k, h.v, out, lse, false, {});
  const auto a = attend_backward(grad, h.q, h.first(h.k), h.first(h.v), out, lse, false, {});
  const auto b = attend_backward(grad, h.q, h.second(h.k), h.second(h.v), out, lse, false, {});
  EXPECT_LT(relative_error(a.q + b.q, whole.q), 1e-5);
  EXPECT_LT(relative_error(at::cat({a.k, b.k}, 2), whole.k), 1e-5);
  EXPECT_LT(relative_error(at::cat({a.v, b.v}, 2), whole.v), 1e-5);
}

}  // namespace
}  // namespace r2rank::model
