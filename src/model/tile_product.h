#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/native/CPUBlas.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace r2rank::model {

/// Small matrix products inside one thread, C [m, n] (+)= A [m, k] B [k, n], with A and B f32 or bf16 and C
/// f32, or A uint8, B int8 and C int32: the unit tree attention and short products are made of. B is packed
/// first, by one of the two functions below; n is one of 16, 32, 48, 64. For bf16 the packed form holds pairs
/// of k beside each other, so k must be even there (pad with zeros); for int8 fours.
constexpr int64_t kTileWidth = 64;  ///< largest n
constexpr int64_t kTileStep = 16;   ///< n is a multiple of this

inline int64_t tile_width(int64_t count) {
  return (count + kTileStep - 1) / kTileStep * kTileStep;
}

/// Whether this CPU has the instructions for products of this type (AVX-512; with bf16 pairs for bf16, with
/// VNNI for int8, at::kChar).
bool tile_products_available(at::ScalarType type);

/// Stands in each scope that multiplies tiles: gives the matrix unit's state back at the end, whatever ends
/// it.
struct TileProducts {
  TileProducts() = default;
  TileProducts(const TileProducts&) = delete;
  TileProducts& operator=(const TileProducts&) = delete;
  ~TileProducts() { at::native::cpublas::brgemm_release(); }
};

template <class T>
void tile_product(int64_t m, int64_t n, int64_t k, const T* a, int64_t a_stride, const T* packed, float* c,
                  int64_t c_stride, bool add) {
  at::native::cpublas::brgemm(m, n, k, a_stride, n, c_stride, add, a, packed, c,
                              std::is_same_v<T, at::BFloat16>);
}

inline void tile_product(int64_t m, int64_t n, int64_t k, const uint8_t* a, int64_t a_stride,
                         const int8_t* packed, int32_t* c, int64_t c_stride, bool add) {
  at::native::cpublas::brgemm(m, n, k, a_stride, n, c_stride, add, a,
                              reinterpret_cast<const signed char*>(packed), c, true);
}

/// Packs B = X^T, where X is `count` rows of `k` numbers: n = width >= count, columns beyond `count` are
/// zero.
template <class T>
void pack_transposed(const T* x, int64_t x_stride, int64_t count, int64_t k, int64_t width, T* packed) {
  // A pair of k in bf16, four of int8, are one 32-bit word in X's row already: every type transposes words.
  constexpr int64_t kPerWord = 4 / sizeof(T);
  const int64_t words = k / kPerWord;
  auto* out = reinterpret_cast<uint32_t*>(packed);
  if (count < width) std::memset(packed, 0, sizeof(T) * static_cast<size_t>(k * width));
  for (int64_t row = 0; row < count; ++row) {
    const auto* in = reinterpret_cast<const uint32_t*>(x + row * x_stride);
    for (int64_t word = 0; word < words; ++word) out[word * width + row] = in[word];
  }
}

/// Packs B = X, where X is `count` rows of n numbers: k = depth >= count, rows beyond `count` are zero. depth
/// is even.
template <class T>
void pack_rows(const T* x, int64_t x_stride, int64_t count, int64_t depth, int64_t n, T* packed) {
  if (count < depth) std::memset(packed, 0, sizeof(T) * static_cast<size_t>(depth * n));
  if constexpr (sizeof(T) == sizeof(float)) {
    for (int64_t row = 0; row < count; ++row)
      std::memcpy(packed + row * n, x + row * x_stride, sizeof(T) * static_cast<size_t>(n));
  } else {
    const auto* in = reinterpret_cast<const uint16_t*>(x);
    auto* out = reinterpret_cast<uint16_t*>(packed);
    for (int64_t row = 0; row < count; ++row)
      for (int64_t i = 0; i < n; ++i) out[row / 2 * 2 * n + 2 * i + row % 2] = in[row * x_stride + i];
  }
}

/// Head widths above 64 are products of several column chunks.
template <class Use>
void for_chunks(int64_t d, const Use& use) {
  for (int64_t at = 0; at < d; at += kTileWidth) use(at, std::min(kTileWidth, d - at));
}

/// X [count, d] packed as the right factor of a product over its rows: one run of depth x chunk for each
/// column chunk.
template <class T>
void pack_row_chunks(const T* x, int64_t stride, int64_t count, int64_t depth, int64_t d, T* packed) {
  for_chunks(d,
             [&](int64_t at, int64_t n) { pack_rows(x + at, stride, count, depth, n, packed + at * depth); });
}

}  // namespace r2rank::model
