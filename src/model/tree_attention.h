#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "model/attention_plan.h"

namespace r2rank::model {

/// Softmax attention of every packed token over its own path, differentiable in q, k and v.
/// q [N, heads, d], k and v [N, kv_heads, d] -> [N, heads, d]; scale 1/sqrt(d). Shared and private parts are
/// computed apart and merged by log-sum-exp (cascade attention); the backward pass uses the merged sums, so
/// it is exact as well.
at::Tensor tree_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                          const std::shared_ptr<const AttentionPlan>& plan);

}  // namespace r2rank::model
