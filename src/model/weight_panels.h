#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace r2rank::model {

/// A weight W [out, in] cut into panels of 64 outputs, each in the layout of the CPU's dot-product
/// instructions. A panel meets all rows of x while it is in the cache, and rows and panels are dealt to the
/// threads together, so that short products (a step of decoding) keep every core busy.
///
/// In int8, groups of up to 256 inputs share a scale: of each output's weights, max |w| / 127, and of each
/// row of x, rounded to 255 levels of the group's largest number. Sums within a group are exact (the scheme
/// of llama.cpp's Q8_0 and of LLM.int8(), Dettmers et al. 2022, with groups in place of outlier columns).
struct WeightPanels {
  int64_t in = 0, out = 0;
  at::Tensor packed = {};   ///< bf16, or int8 where scales are defined
  at::Tensor scales = {};   ///< [groups, out] f32; int8 only
  at::Tensor offsets = {};  ///< [groups, out] int32, 128 x the sum of the weights: x is multiplied as x + 128
};

/// REQUIRES tile_products_available(at::kBFloat16) and an even `in`. weight bf16 [out, in].
WeightPanels pack_panels(const at::Tensor& weight);
/// REQUIRES tile_products_available(at::kChar) and `in` a multiple of 4. weight of any type [out, in].
WeightPanels quantize_panels(const at::Tensor& weight);

/// x [M, in] -> x W^T (+ bias [out]) (+ residual [M, out]), added before the result is rounded. x, bias and
/// residual have one type: bf16, or with int8 panels f32 too. Not differentiable.
at::Tensor panel_product(const WeightPanels& weight, const at::Tensor& x, const at::Tensor& bias,
                         const at::Tensor& residual);

}  // namespace r2rank::model
