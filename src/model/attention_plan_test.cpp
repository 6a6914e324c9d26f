#include "model/attention_plan.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/golden_models.h"
#include "model/random_tree.h"

namespace r2rank::model {
namespace {

using golden::RandomTree;
using golden::to_tokens;

std::vector<int64_t> numbers(const at::Tensor& values) {
  return {values.const_data_ptr<int64_t>(), values.const_data_ptr<int64_t>() + values.numel()};
}

/// The keys that each packed token sees through all parts of a plan, as the plan's index tensors and masks
/// say.
class SeenKeys {
 public:
  SeenKeys(const AttentionPlan& plan, int64_t tokens) : keys(tokens), covered(tokens, 0) {
    for (const auto& part : plan.shared)
      for (int64_t query = part.query_begin; query < part.query_end; ++query)
        for (int64_t key = part.key_begin; key < part.key_end; ++key) keys[query].push_back(key);
    for (const auto& part : plan.private_parts) add(part);
    for (auto& seen : keys) std::sort(seen.begin(), seen.end());
  }

  std::vector<std::vector<int64_t>> keys;  // [N]
  std::vector<int> covered;                // [N] private parts that compute this query

 private:
  void add(const AttentionPlan::PrivatePart& part) {
    const auto queries = numbers(part.query_index), key_index = numbers(part.key_index);
    const auto rows = numbers(part.valid_rows), packed = numbers(part.valid_queries);
    EXPECT_EQ(part.no_query_padding, static_cast<int64_t>(rows.size()) == part.nodes * part.queries);
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_EQ(queries[rows[i]], packed[i]);
      ++covered[packed[i]];
      const int64_t n = rows[i] / part.queries, t = rows[i] % part.queries;
      for (int64_t k = 0; k < part.keys; ++k) {
        const bool visible = part.mask.defined() ? part.mask[n][0][t][k].item<float>() == 0 : k <= t;
        if (visible) keys[packed[i]].push_back(key_index[n * part.keys + k]);
      }
    }
  }
};

class Plans : public testing::TestWithParam<int> {};

TEST_P(Plans, CoverEveryTokenOnceAndShowItItsOwnPath) {
  const RandomTree random(GetParam());
  const auto plan = plan_attention(random.tree, at::kFloat, at::kCPU, AttentionMethod::kCascade);
  const SeenKeys seen(plan, random.tree.size());
  for (int32_t index = 0; index < static_cast<int32_t>(random.tree.nodes().size()); ++index) {
    const auto& node = random.tree.node(index);
    auto path = random.tree.path(index);
    path.resize(path.size() - node.length);
    for (int64_t t = 0; t < node.length; ++t) {
      path.push_back(node.begin + t);
      EXPECT_EQ(seen.covered[node.begin + t], 1);
      EXPECT_EQ(seen.keys[node.begin + t], path);
      EXPECT_EQ(plan.positions[node.begin + t].item<int64_t>(), static_cast<int64_t>(path.size()) - 1);
    }
  }
  EXPECT_EQ(to_tokens(plan.tokens), random.tree.tokens());
}

INSTANTIATE_TEST_SUITE_P(Seeds, Plans, testing::Range(1, 31));

TEST(AttentionPlan, NeedsNoMaskForASinglePath) {
  TokenTree tree;
  tree.add(TokenTree::kRoot, std::vector<int32_t>(5, 1));
  const auto plan = plan_attention(tree, at::kFloat, at::kCPU, AttentionMethod::kCascade);
  EXPECT_TRUE(plan.shared.empty());
  ASSERT_EQ(plan.private_parts.size(), 1u);
  EXPECT_FALSE(plan.private_parts[0].mask.defined());
}

TEST(AttentionPlan, OfNothingIsEmpty) {
  const auto plan = plan_attention(TokenTree(), at::kFloat, at::kCPU, AttentionMethod::kCascade);
  EXPECT_TRUE(plan.shared.empty() && plan.private_parts.empty());
  EXPECT_EQ(plan.tokens.numel(), 0);
}

TEST(AttentionPlan, MakesMasksOfTheAskedType) {
  TokenTree tree;
  const int32_t root = tree.add(TokenTree::kRoot, std::vector<int32_t>(5, 1));
  const int32_t child = tree.add(root, std::vector<int32_t>(3, 1));
  tree.add(child, std::vector<int32_t>(2, 1));
  const auto plan = plan_attention(tree, at::kBFloat16, at::kCPU, AttentionMethod::kCascade);
  bool masked = false;
  for (const auto& part : plan.private_parts) {
    if (!part.mask.defined()) continue;
    EXPECT_EQ(part.mask.scalar_type(), at::kBFloat16);
    masked = true;
  }
  EXPECT_TRUE(masked);
}

}  // namespace
}  // namespace r2rank::model
