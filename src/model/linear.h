#pragma once

#include <optional>
#include <vector>

#include "model/parameter.h"

namespace r2rank::model {

/// Low-rank adaptation of one part of a (fused) weight: y += scale * (x A^T) B^T (Hu et al. 2021).
struct LoraAdapter {
  Parameter* a = nullptr;  ///< [r, in]
  Parameter* b = nullptr;  ///< [out of the part, r]
  double scale = 1;
  int64_t begin = 0, end = 0;  ///< output columns it adds to
};

/// x [M, in] -> [M, out].
struct Linear {
  Parameter* weight = nullptr;  ///< [out, in]
  Parameter* bias = nullptr;    ///< [out] or none
  std::vector<LoraAdapter> adapters;

  at::Tensor operator()(const at::Tensor& x) const;
  /// The same plus a residual [M, out]: residual + x W^T, rounded once where there are no adapters.
  at::Tensor operator()(const at::Tensor& x, const at::Tensor& residual) const;
};

/// Rows of an embedding matrix: ids [M] int64 -> [M, D]. The gradient is summed in f32, straight into the
/// parameter.
at::Tensor embed(Parameter& table, const at::Tensor& ids);

}  // namespace r2rank::model
