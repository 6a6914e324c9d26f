#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "model/token_tree.h"

namespace r2rank::model {

/// How the attention over a TokenTree is computed: every query sees its root's tokens through one dense
/// product (the shared part) and the rest of its path, its own node included, through a padded batch (the
/// private part); the two are merged by log-sum-exp. Index tensors live on the tree's device.
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
  std::vector<SharedPart> shared;
  std::vector<PrivatePart> private_parts;
  at::Tensor tokens;     ///< [N] int64
  at::Tensor positions;  ///< [N] int64
};

/// Builds the plan of a tree. `mask_type` is the element type of the model's queries.
AttentionPlan plan_attention(const TokenTree& tree, at::ScalarType mask_type, at::Device device);

}  // namespace r2rank::model
