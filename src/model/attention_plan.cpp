#include "model/attention_plan.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <map>

namespace r2rank::model {
namespace {

/// The run of packed tokens a node's queries see besides the root: ancestors below the root, then the node
/// itself.
struct PrivatePath {
  int32_t node = 0;
  std::vector<int64_t> keys;  // packed
  int64_t queries = 0;        // the last `queries` keys are the node's own tokens
};

PrivatePath private_path(const TokenTree& tree, int32_t index) {
  const auto& node = tree.node(index);
  PrivatePath result{index, tree.path(index), node.length};
  int32_t root = index;
  while (tree.node(root).parent != TokenTree::kRoot) root = tree.node(root).parent;
  if (root != index) result.keys.erase(result.keys.begin(), result.keys.begin() + tree.node(root).length);
  return result;
}

/// Lengths within one bucket differ by less than a quarter, so padding stays cheap and the calls few.
int64_t bucket_of(int64_t length) {
  int64_t bound = 8;
  while (bound < length) bound += std::max<int64_t>(8, bound / 4);
  return bound;
}

at::Tensor to_index(std::vector<int64_t>& values, at::Device device) {
  return at::from_blob(values.data(), {static_cast<int64_t>(values.size())}, at::kLong).clone().to(device);
}

at::Tensor mask_of(const std::vector<PrivatePath>& paths, int64_t queries, int64_t keys,
                   at::ScalarType type) {
  const auto count = static_cast<int64_t>(paths.size());
  at::Tensor mask = at::full({count, 1, queries, keys}, -std::numeric_limits<float>::infinity(), at::kFloat);
  float* data = mask.data_ptr<float>();
  for (int64_t n = 0; n < count; ++n) {
    const int64_t before = static_cast<int64_t>(paths[n].keys.size()) - paths[n].queries;
    for (int64_t t = 0; t < queries; ++t) {
      // A padded query sees what the last real one sees: anything finite will do, its result is never used.
      const int64_t visible = before + std::min(t + 1, paths[n].queries);
      std::fill_n(data + (n * queries + t) * keys, visible, 0.0F);
    }
  }
  return mask.to(type);
}

AttentionPlan::PrivatePart make_part(const TokenTree& tree, const std::vector<PrivatePath>& paths,
                                     at::ScalarType type, at::Device device) {
  AttentionPlan::PrivatePart part{};
  part.nodes = static_cast<int64_t>(paths.size());
  bool causal = true;
  for (const auto& path : paths) {
    part.queries = std::max(part.queries, path.queries);
    part.keys = std::max(part.keys, static_cast<int64_t>(path.keys.size()));
    causal = causal && static_cast<int64_t>(path.keys.size()) == path.queries;
  }
  std::vector<int64_t> query_index, key_index, valid_rows, valid_queries;
  for (int64_t n = 0; n < part.nodes; ++n) {
    const auto& path = paths[n];
    const int64_t begin = tree.node(path.node).begin;
    for (int64_t t = 0; t < part.queries; ++t) {
      query_index.push_back(begin + std::min(t, path.queries - 1));
      if (t >= path.queries) continue;
      valid_rows.push_back(n * part.queries + t);
      valid_queries.push_back(begin + t);
    }
    for (int64_t t = 0; t < part.keys; ++t)
      key_index.push_back(path.keys[std::min(t, static_cast<int64_t>(path.keys.size()) - 1)]);
  }
  part.no_query_padding = static_cast<int64_t>(valid_rows.size()) == part.nodes * part.queries;
  part.query_index = to_index(query_index, device);
  part.key_index = to_index(key_index, device);
  part.valid_rows = to_index(valid_rows, device);
  part.valid_queries = to_index(valid_queries, device);
  if (!causal) part.mask = mask_of(paths, part.queries, part.keys, type).to(device);
  return part;
}

void plan_cascade(const TokenTree& tree, at::ScalarType mask_type, at::Device device, AttentionPlan& plan) {
  std::map<std::tuple<bool, int64_t, int64_t>, std::vector<PrivatePath>> buckets;
  for (int32_t index = 0; index < static_cast<int32_t>(tree.nodes().size()); ++index) {
    const auto& node = tree.node(index);
    const bool root = node.parent == TokenTree::kRoot;
    if (root && node.length > 0 && node.subtree_end > node.begin + node.length)
      plan.shared.push_back(
          {node.begin + node.length, node.subtree_end, node.begin, node.begin + node.length});
    if (node.length == 0) continue;
    PrivatePath path = private_path(tree, index);
    const auto keys = static_cast<int64_t>(path.keys.size());
    buckets[{keys == path.queries, bucket_of(path.queries), bucket_of(keys)}].push_back(std::move(path));
  }
  for (const auto& [key, paths] : buckets)
    plan.private_parts.push_back(make_part(tree, paths, mask_type, device));
}

}  // namespace

AttentionPlan plan_attention(const TokenTree& tree, at::ScalarType mask_type, at::Device device,
                             AttentionMethod method) {
  AttentionPlan plan;
  plan.method = method;
  plan.nodes = tree.nodes();
  if (method == AttentionMethod::kCascade) plan_cascade(tree, mask_type, device, plan);
  std::vector<int64_t> tokens(tree.tokens().begin(), tree.tokens().end()), positions(tree.size());
  for (const auto& node : tree.nodes())
    for (int64_t t = 0; t < node.length; ++t) positions[node.begin + t] = node.position + t;
  plan.tokens = to_index(tokens, device);
  plan.positions = to_index(positions, device);
  return plan;
}

}  // namespace r2rank::model
