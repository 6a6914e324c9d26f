#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

namespace r2rank::model {

/// Products with one weight W [out, in], in the layout this CPU multiplies fastest (oneDNN's blocked
/// formats). The packed copies, one for each direction, are made on first use and made anew after the weight
/// has changed. Where there is no such layout (another device, a CPU without the instructions) the products
/// are plain ones with equal results up to rounding.
class PackedWeight {
 public:
  /// x [M, in] -> x W^T (+ bias [out]) (+ residual [M, out]); both are added before the result is rounded.
  at::Tensor product(const at::Tensor& weight, const at::Tensor& x, const at::Tensor& bias = {},
                     const at::Tensor& residual = {});
  /// y [M, out] -> y W: the direction of gradients.
  at::Tensor transposed_product(const at::Tensor& weight, const at::Tensor& y);
  /// Forgets the packed copies; needed after changes that libtorch does not see (through pointers).
  void clear();

 private:
  struct Copy {
    at::Tensor packed;
    uint32_t version = 0;
    const void* data = nullptr;

    const at::Tensor& of(const at::Tensor& weight, bool transposed);
  };
  Copy rows_, columns_;
};

/// An undefined tensor as an argument that is not given.
std::optional<at::Tensor> given(const at::Tensor& tensor);

/// Whether products of this type run packed on this CPU.
bool packed_products_available(at::ScalarType type);

}  // namespace r2rank::model
