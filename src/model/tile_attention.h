#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "model/attention_part.h"
#include "model/token_tree.h"

namespace r2rank::model {

/// Tree attention on the CPU without padding, masks or copies of shared keys: each node's queries are
/// multiplied with the keys of its path, 64 x 64 at a time, in matrix instructions. The keys of a node are
/// packed once for all of its descendants, and the query heads that share a key head are rows of one product.
/// q, out and their gradients [N, heads, d]; k, v and theirs [N, kv_heads, d]; lse [N, heads] f32. The
/// results do not depend on the number of threads, nor those of one path on the order of its siblings.

/// Whether this CPU, element type, head width and number of query heads for a key head (group) can be
/// computed so; otherwise use the parts of AttentionPlan.
bool tile_attention_available(at::ScalarType type, int64_t head_width, int64_t group);

AttentionPartResult tile_attention(const std::vector<TokenTree::Node>& nodes, const at::Tensor& q,
                                   const at::Tensor& k, const at::Tensor& v);

AttentionPartGradients tile_attention_backward(const std::vector<TokenTree::Node>& nodes,
                                               const at::Tensor& grad_out, const at::Tensor& q,
                                               const at::Tensor& k, const at::Tensor& v,
                                               const at::Tensor& out, const at::Tensor& lse);

}  // namespace r2rank::model
