#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "model/attention_plan.h"

namespace r2rank::model {

/// Softmax attention of every packed token over its own path, differentiable in q, k and v.
/// q [N, heads, d], k and v [N, kv_heads, d] -> [N, heads, d]; scale 1/sqrt(d). The plan says by
/// which of the two methods; both are exact, forward and backward.
at::Tensor tree_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                          const std::shared_ptr<const AttentionPlan>& plan);

}  // namespace r2rank::model
