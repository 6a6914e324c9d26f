#include "model/signal_head.h"

#include <ATen/ATen.h>

#include "base/error.h"

namespace r2rank::model {

at::Tensor SignalHead::operator()(const at::Tensor& features) const {
  R2RANK_CHECK(features.dim() == 2 && features.size(1) == this->features);
  const at::Tensor x = features.slice(1, 0, weights->compute.size(1));  // [N, M]
  at::Tensor offsets = at::linear(x, weights->compute);                 // [N, 1]
  if (w1 != nullptr)
    offsets = offsets + at::linear(at::gelu(at::linear(features, w1->compute, b1->compute)), w2->compute);
  return offsets.squeeze(1);
}

}  // namespace r2rank::model
