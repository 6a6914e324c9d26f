#include "model/tile_product.h"

#include <array>
#include <exception>

namespace r2rank::model {
namespace {

constexpr int64_t kDepth = 2 * kTileStep;

/// libtorch refuses at the call where its oneDNN lacks a kernel for this CPU, so the honest question is a
/// product.
template <class Left, class Right, class Sum>
bool product_works(Left left, Right right, Sum expected) {
  std::array<Left, kTileStep * kDepth> a;
  std::array<Right, kTileStep * kDepth> b;
  std::array<Sum, kTileStep * kTileStep> c{};
  a.fill(left);
  b.fill(right);
  try {
    const TileProducts context;
    tile_product(kTileStep, kTileStep, kDepth, a.data(), kDepth, b.data(), c.data(), kTileStep, false);
    return c.front() == expected && c.back() == expected;
  } catch (const std::exception&) {
    return false;
  }
}

bool cpu_has(at::ScalarType type) {
#if defined(__x86_64__)
  if (type == at::kChar) return __builtin_cpu_supports("avx512vnni") != 0;
  return type == at::kFloat ? __builtin_cpu_supports("avx512f") != 0
                            : __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

}  // namespace

bool tile_products_available(at::ScalarType type) {
  static const bool f32 = cpu_has(at::kFloat) && product_works(1.0F, 1.0F, float(kDepth));
  static const bool bf16 =
      cpu_has(at::kBFloat16) && product_works(at::BFloat16(1), at::BFloat16(1), float(kDepth));
  // The largest numbers: older instructions saturate sums of two products at 16 bits.
  static const bool int8 =
      cpu_has(at::kChar) && product_works<uint8_t, int8_t>(255, 127, int32_t(kDepth) * 255 * 127);
  if (type == at::kFloat) return f32;
  if (type == at::kChar) return int8;
  return type == at::kBFloat16 && bf16;
}

}  // namespace r2rank::model
