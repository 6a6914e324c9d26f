#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>

#include "model/weight_panels.h"

namespace r2rank::model {

/// Products with one weight W [out, in], in the layout this CPU multiplies fastest: oneDNN's blocked formats,
/// and panels for few rows (weight_panels.h). The packed copies are made on first use and made anew after the
/// weight has changed. Where there is no such layout (another device, a CPU without the instructions) the
/// products are plain ones with equal results up to rounding.
class PackedWeight {
 public:
  /// x [M, in] -> x W^T (+ bias [out]) (+ residual [M, out]); both are added before the result is rounded.
  at::Tensor product(const at::Tensor& weight, const at::Tensor& x, const at::Tensor& bias = {},
                     const at::Tensor& residual = {});
  /// y [M, out] -> y W: the direction of gradients.
  at::Tensor transposed_product(const at::Tensor& weight, const at::Tensor& y);
  /// From now on product() rounds the weight to int8 (where `in` is a multiple of 4), at every
  /// height; there are no gradients then. REQUIRES tile_products_available(at::kChar).
  void use_int8();
  /// Forgets the packed copies; needed after changes that libtorch does not see (through pointers).
  void clear();

 private:
  template <class Packed>
  struct Copy {
    std::optional<Packed> packed;
    int64_t version = 0;
    const void* data = nullptr;

    template <class Pack>
    const Packed& of(const at::Tensor& weight, const Pack& pack);
  };
  Copy<at::Tensor> rows_, columns_;
  Copy<WeightPanels> panels_;
  bool int8_ = false;
};

/// An undefined tensor as an argument that is not given.
std::optional<at::Tensor> given(const at::Tensor& tensor);

/// Whether products of this type run packed on this CPU.
bool packed_products_available(at::ScalarType type);

}  // namespace r2rank::model
