#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "model/token_tree.h"

namespace r2rank::model {

/// Two ways to compute the attention over a TokenTree, with equal results.
/// kTiles: small products node by node (tile_attention.h), on CPUs that have the instructions.
/// kCascade: every query sees its root's tokens through one dense product (the shared part) and the rest of
/// its path, its own node included, through a padded batch (the private part); the two are merged by
/// log-sum-exp.
enum class AttentionMethod { kTiles, kCascade };

/// How the attention over one tree is computed. Index tensors live on the tree's device.
struct AttentionPlan {
  /// All descendants of one root against that root's keys; no mask is needed.
  struct SharedPart {
    int64_t query_begin, query_end;  ///< packed range
    int64_t key_begin, key_end;      ///< packed range
  };
  /// Nodes of similar length, padded to a common shape.
  struct PrivatePart {
    int64_t nodes, queries, keys;  ///< n, Tq, Tk
    at::Tensor query_index;        ///< [n * Tq] packed index of each query; padding repeats a valid one
    at::Tensor key_index;   ///< [n * Tk] packed index of each key, the path below the root; padding repeats a
                            ///< valid one
    at::Tensor valid_rows;  ///< rows of [n * Tq] that are real queries
    at::Tensor valid_queries;  ///< packed indices of those rows
    at::Tensor mask;  ///< [n, 1, Tq, Tk] additive (0 or -inf); undefined where plain causal masking suffices
    bool no_query_padding;  ///< every row is real
  };
  AttentionMethod method;
  std::vector<TokenTree::Node> nodes;  ///< of the tree
  std::vector<SharedPart> shared;      ///< kCascade only, like the private parts
  std::vector<PrivatePart> private_parts;
  at::Tensor tokens;     ///< [N] int64
  at::Tensor positions;  ///< [N] int64
};

/// Builds the plan of a tree. `mask_type` is the element type of the model's queries.
AttentionPlan plan_attention(const TokenTree& tree, at::ScalarType mask_type, at::Device device,
                             AttentionMethod method);

}  // namespace r2rank::model
