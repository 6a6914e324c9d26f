#pragma once

#include <ATen/core/Tensor.h>

namespace r2rank::model {

/// Element-wise chains of the transformer as single passes on the CPU (f32 or bf16 in and out, f32 inside)
/// with hand-written gradients; on other devices the same formulas in plain tensor operations. All are
/// differentiable.

/// y = x / rms(x) * weight over the last dimension. x [M, D], weight [D].
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon);

/// rms_norm() of x beside x itself, for a block that adds its result to x: the two gradients of x are summed
/// in the pass that computes one of them. x [M, D].
struct Normed {
  at::Tensor x, normed;
};
Normed rms_norm_and_input(const at::Tensor& x, const at::Tensor& weight, double epsilon);

/// silu(gate) * up for the fused product [M, 2 F] = gate beside up -> [M, F].
at::Tensor swiglu(const at::Tensor& gate_up);

/// Rotary embedding in the half-split layout of Hugging Face. x [N, heads, d]; cos, sin [N, d / 2] f32.
at::Tensor rotary(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin);

/// The fused product [N, (heads + 2 kv_heads) d] taken apart, queries and keys rotated.
struct Qkv {
  at::Tensor q, k, v;  ///< [N, heads, d], [N, kv_heads, d] twice
};
Qkv split_and_rotate(const at::Tensor& packed, const at::Tensor& cos, const at::Tensor& sin, int64_t heads,
                     int64_t kv_heads);

}  // namespace r2rank::model
