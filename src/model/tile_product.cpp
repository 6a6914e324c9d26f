#include "model/tile_product.h"

#include <array>
#include <exception>

namespace r2rank::model {
namespace {

/// libtorch refuses at the call where its oneDNN lacks a kernel for this CPU, so the honest question is a
/// product.
template <class T>
bool product_works() {
  std::array<T, 2 * kTileStep * kTileStep> a{}, b{};
  std::array<float, kTileStep * kTileStep> c{};
  try {
    const TileProducts context;
    tile_product<T>(kTileStep, kTileStep, 2 * kTileStep, a.data(), 2 * kTileStep, b.data(), c.data(),
                    kTileStep, false);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

bool cpu_has(at::ScalarType type) {
#if defined(__x86_64__)
  return type == at::kFloat ? __builtin_cpu_supports("avx512f") != 0
                            : __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

}  // namespace

bool tile_products_available(at::ScalarType type) {
  static const bool f32 = cpu_has(at::kFloat) && product_works<float>();
  static const bool bf16 = cpu_has(at::kBFloat16) && product_works<at::BFloat16>();
  if (type == at::kFloat) return f32;
  return type == at::kBFloat16 && bf16;
}

}  // namespace r2rank::model
