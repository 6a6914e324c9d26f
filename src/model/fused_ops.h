#pragma once

#include <ATen/core/Tensor.h>

namespace r2rank::model {

/// Element-wise chains of the transformer as single passes on the CPU (f32 or bf16 in and out, f32 inside)
/// with hand-written gradients; on other devices the same formulas in plain tensor operations. All are
/// differentiable.

/// y = x / rms(x) * weight over the last dimension. x [M, D], weight [D].
at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon);

/// silu(gate) * up for the fused product [M, 2 F] = gate beside up -> [M, F].
at::Tensor swiglu(const at::Tensor& gate_up);

/// Rotary embedding in the half-split layout of Hugging Face. x [N, heads, d]; cos, sin [N, d / 2] f32.
at::Tensor rotary(const at::Tensor& x, const at::Tensor& cos, const at::Tensor& sin);

}  // namespace r2rank::model
