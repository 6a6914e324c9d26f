#include "model/packed_weight.h"

#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>

#include <string_view>

#include "base/error.h"
#include "model/tile_product.h"

namespace r2rank::model {
namespace {

using Scalars = c10::List<std::optional<at::Scalar>>;
using Pack = at::Tensor(const at::Tensor&, std::optional<int64_t>);
using Multiply = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&,
                            std::string_view, Scalars, std::optional<std::string_view>);
using MultiplyAdd = at::Tensor(const at::Tensor&, const at::Tensor&, const at::Tensor&,
                               const std::optional<at::Tensor>&, std::string_view);

template <class Signature>
c10::TypedOperatorHandle<Signature> operation(const char* name, const char* overload) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, overload).typed<Signature>();
}

/// Formats depend on the weight alone, but the operation asks for a height: a typical one.
constexpr int64_t kTypicalRows = 256;

at::Tensor pack(const at::Tensor& weight) {
  static const auto op = operation<Pack>("mkldnn::_reorder_linear_weight", "");
  return op.call(weight, kTypicalRows);
}

at::Tensor multiply(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias) {
  static const auto op = operation<Multiply>("mkldnn::_linear_pointwise", "");
  return op.call(x, packed, given(bias), "none", Scalars(), std::nullopt);
}

at::Tensor multiply_add(const at::Tensor& x, const at::Tensor& packed, const at::Tensor& bias,
                        const at::Tensor& residual) {
  static const auto op = operation<MultiplyAdd>("mkldnn::_linear_pointwise", "binary");
  return op.call(x, residual, packed, given(bias), "add");
}

/// libtorch without oneDNN, or a oneDNN that refuses this CPU, throws: the honest question is a product.
bool works(at::ScalarType type) {
  const at::NoGradGuard no_grad;
  try {
    const at::Tensor x = at::ones({2, 16}, type), w = at::ones({8, 16}, type), r = at::ones({2, 8}, type);
    const at::Tensor y = multiply_add(x, pack(w), {}, r);
    return y.scalar_type() == type && y.sum().item<double>() == 2 * 8 * 17;
  } catch (const std::exception&) {
    return false;
  }
}

/// Above this height oneDNN's own blocking is as fast or faster.
constexpr int64_t kFewRows = 192;

bool in_panels(const at::Tensor& weight, const at::Tensor& x) {
  return x.size(0) <= kFewRows && weight.size(1) % 2 == 0 && weight.device().is_cpu() &&
         weight.scalar_type() == at::kBFloat16 && tile_products_available(at::kBFloat16);
}

}  // namespace

std::optional<at::Tensor> given(const at::Tensor& tensor) {
  return tensor.defined() ? std::optional(tensor) : std::nullopt;
}

bool packed_products_available(at::ScalarType type) {
  static const bool f32 = works(at::kFloat), bf16 = works(at::kBFloat16);
  return type == at::kFloat ? f32 : type == at::kBFloat16 && bf16;
}

template <class Packed>
template <class Pack>
const Packed& PackedWeight::Copy<Packed>::of(const at::Tensor& weight, const Pack& pack) {
  if (packed && version == weight._version() && data == weight.const_data_ptr()) return *packed;
  packed.reset();  // before the new one is made
  packed = pack(weight.detach());
  version = weight._version();
  data = weight.const_data_ptr();
  return *packed;
}

at::Tensor PackedWeight::product(const at::Tensor& weight, const at::Tensor& x, const at::Tensor& bias,
                                 const at::Tensor& residual) {
  const at::NoGradGuard no_grad;
  if (int8_ && weight.size(1) % 4 == 0)
    return panel_product(panels_.of(weight, quantize_panels), x, bias, residual);
  if (in_panels(weight, x)) return panel_product(panels_.of(weight, pack_panels), x, bias, residual);
  if (!weight.device().is_cpu() || !packed_products_available(weight.scalar_type())) {
    const at::Tensor y = bias.defined() ? at::linear(x, weight, bias) : at::linear(x, weight);
    return residual.defined() ? y + residual : y;
  }
  const at::Tensor& packed = rows_.of(weight, pack);
  return residual.defined() ? multiply_add(x, packed, bias, residual) : multiply(x, packed, bias);
}

at::Tensor PackedWeight::transposed_product(const at::Tensor& weight, const at::Tensor& y) {
  R2RANK_CHECK(!int8_);
  const at::NoGradGuard no_grad;
  if (!weight.device().is_cpu() || !packed_products_available(weight.scalar_type())) return at::mm(y, weight);
  const auto transposed = [](const at::Tensor& w) { return pack(w.t().contiguous()); };
  return multiply(y, columns_.of(weight, transposed), {});
}

void PackedWeight::use_int8() {
  R2RANK_CHECK(tile_products_available(at::kChar));
  int8_ = true;
  clear();
}

void PackedWeight::clear() {
  rows_ = {};
  columns_ = {};
  panels_ = {};
}

}  // namespace r2rank::model
