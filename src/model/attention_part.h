#pragma once

#include <ATen/core/Tensor.h>

namespace r2rank::model {

/// One batch of dense attention, forward and backward, without the autograd graph: the building block of tree
/// attention. q [n, heads, Tq, d], k and v [n, heads, Tk, d]; `mask` [n, 1, Tq, Tk] additive or undefined;
/// `causal` REQUIRES Tq = Tk. On the CPU libtorch's flash kernel does the work; elsewhere plain products in
/// f32.
struct AttentionPartResult {
  at::Tensor out;  ///< [n, heads, Tq, d], normalised within the part
  at::Tensor lse;  ///< [n, heads, Tq] f32, log of the sum of exponentials
};
AttentionPartResult attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool causal,
                           const at::Tensor& mask);

struct AttentionPartGradients {
  at::Tensor q, k, v;  ///< shapes of the inputs
};
/// Gradients of this part's share, given `out` and `lse` of the whole merged attention over all parts.
AttentionPartGradients attend_backward(const at::Tensor& grad_out, const at::Tensor& q, const at::Tensor& k,
                                       const at::Tensor& v, const at::Tensor& out, const at::Tensor& lse,
                                       bool causal, const at::Tensor& mask);

/// Merges one part into running results over the same queries by log-sum-exp, in place.
/// out, part_out [M, heads, d]; lse, part_lse [M, heads] f32.
void merge_attention(at::Tensor out, at::Tensor lse, const at::Tensor& part_out, const at::Tensor& part_lse);

}  // namespace r2rank::model
