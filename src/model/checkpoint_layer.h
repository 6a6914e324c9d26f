#pragma once

#include <ATen/core/Tensor.h>

#include <functional>

namespace r2rank::model {

/// y = body(x) keeping only x; the backward pass runs the body again (gradient checkpointing, Chen et al.
/// 2016). Gradients of parameters the body uses go straight to their leaves.
at::Tensor checkpointed(const std::function<at::Tensor(const at::Tensor&)>& body, const at::Tensor& x);

}  // namespace r2rank::model
