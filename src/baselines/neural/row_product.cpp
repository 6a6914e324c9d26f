#include "baselines/neural/row_product.h"

#include <ATen/Parallel.h>

#include <algorithm>

namespace r2rank::baselines {
namespace {

#ifdef __AVX512F__
constexpr int kLanes = 16, kTileRows = 12;  // 24 sums, 2 of B, 1 of A in 32 registers
#else
constexpr int kLanes = 8, kTileRows = 6;  // 12 sums, 2 of B, 1 of A in 16 registers
#endif
constexpr int64_t kDepth = 256;  // of B at a time: 16 columns of it stay in the first cache

typedef float Vector __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));

/// By reference: a vector by value has another ABI where the compiler has no AVX.
const Vector& load(const float* from) {
  return *reinterpret_cast<const Vector*>(from);
}

/// One tile: R rows, V vectors of columns.
template <int R, int V>
void tile(const MatrixView& a, const float* b, int64_t b_stride, float* c, int64_t c_stride, int64_t k,
          bool accumulate) {
  Vector sums[R][V];
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < V; ++v) sums[r][v] = accumulate ? load(c + r * c_stride + v * kLanes) : Vector{};
  for (int64_t i = 0; i < k; ++i) {
    Vector columns[V];
    for (int v = 0; v < V; ++v) columns[v] = load(b + i * b_stride + v * kLanes);
    for (int r = 0; r < R; ++r) {
      const float value = a.data[r * a.row_stride + i * a.column_stride];
      for (int v = 0; v < V; ++v) sums[r][v] += value * columns[v];
    }
  }
  for (int r = 0; r < R; ++r)
    for (int v = 0; v < V; ++v) *reinterpret_cast<Vector*>(c + r * c_stride + v * kLanes) = sums[r][v];
}

template <int R, int V>
void last_rows(int64_t rows, const MatrixView& a, const float* b, int64_t b_stride, float* c,
               int64_t c_stride, int64_t k, bool accumulate) {
  if (rows == R) {
    tile<R, V>(a, b, b_stride, c, c_stride, k, accumulate);
  } else if constexpr (R > 1) {
    last_rows<R - 1, V>(rows, a, b, b_stride, c, c_stride, k, accumulate);
  }
}

template <int V>
void all_rows(MatrixView a, const float* b, int64_t b_stride, float* c, int64_t c_stride, int64_t m,
              int64_t k, bool accumulate) {
  for (; m >= kTileRows; m -= kTileRows) {
    tile<kTileRows, V>(a, b, b_stride, c, c_stride, k, accumulate);
    a.data += kTileRows * a.row_stride;
    c += kTileRows * c_stride;
  }
  if (m > 0) last_rows<kTileRows - 1, V>(m, a, b, b_stride, c, c_stride, k, accumulate);
}

void single_columns(const MatrixView& a, const float* b, int64_t b_stride, float* c, int64_t c_stride,
                    int64_t m, int64_t n, int64_t k, bool accumulate) {
  for (int64_t r = 0; r < m; ++r) {
    for (int64_t j = 0; j < n; ++j) {
      float sum = accumulate ? c[r * c_stride + j] : 0;
      for (int64_t i = 0; i < k; ++i)
        sum += a.data[r * a.row_stride + i * a.column_stride] * b[i * b_stride + j];
      c[r * c_stride + j] = sum;
    }
  }
}

void one_depth(const MatrixView& a, const float* b, int64_t b_stride, float* c, int64_t c_stride, int64_t m,
               int64_t n, int64_t k, bool accumulate) {
  int64_t j = 0;
  for (; j + 2 * kLanes <= n; j += 2 * kLanes) {
    all_rows<2>(a, b + j, b_stride, c + j, c_stride, m, k, accumulate);
  }
  for (; j + kLanes <= n; j += kLanes) all_rows<1>(a, b + j, b_stride, c + j, c_stride, m, k, accumulate);
  if (j < n) single_columns(a, b + j, b_stride, c + j, c_stride, m, n - j, k, accumulate);
}

}  // namespace

void multiply(const MatrixView& a, const float* b, int64_t b_stride, float* c, int64_t c_stride, int64_t m,
              int64_t n, int64_t k, bool accumulate) {
  if (m == 0) return;
  int64_t done = 0;
  do {
    const int64_t depth = std::min(kDepth, k - done);
    const MatrixView part{a.data + done * a.column_stride, a.row_stride, a.column_stride};
    one_depth(part, b + done * b_stride, b_stride, c, c_stride, m, n, depth, accumulate || done > 0);
    done += depth;
  } while (done < k);
}

void transpose(const float* in, int64_t rows, int64_t columns, float* out) {
  constexpr int64_t kBlock = 16;
  for (int64_t first = 0; first < rows; first += kBlock) {
    const int64_t last = std::min(rows, first + kBlock);
    for (int64_t j = 0; j < columns; ++j)
      for (int64_t i = first; i < last; ++i) out[j * rows + i] = in[i * columns + j];
  }
}

void TablePanels::pack(const float* table, int64_t rows, int64_t width) {
  rows_ = rows;
  width_ = width;
  packed_.resize(count() * width * kWidth);
  at::parallel_for(0, count(), 16, [&](int64_t begin, int64_t end) {
    for (int64_t panel = begin; panel < end; ++panel) {
      float* out = packed_.data() + panel * width * kWidth;
      const int64_t filled = std::min(kWidth, rows - panel * kWidth);
      if (filled < kWidth) std::fill(out, out + width * kWidth, 0.0F);
      for (int64_t i = 0; i < filled; ++i) {
        const float* row = table + (panel * kWidth + i) * width;
        for (int64_t d = 0; d < width; ++d) out[d * kWidth + i] = row[d];
      }
    }
  });
}

void TablePanels::multiply(const float* states, int64_t states_count, int64_t first_panel, int64_t panels,
                           float* out, int64_t out_stride) const {
  for (int64_t panel = first_panel; panel < first_panel + panels; ++panel) {
    baselines::multiply(rows_of(states, width_), packed_.data() + panel * width_ * kWidth, kWidth,
                        out + (panel - first_panel) * kWidth, out_stride, states_count, kWidth, width_,
                        false);
  }
}

/// The panels of a group stay in a core's second cache while chunk after chunk of states meets them.
void TablePanels::multiply_all(const float* states, int64_t states_count, float* out,
                               int64_t out_stride) const {
  constexpr int64_t kGroup = 32, kChunk = 48;
  const int64_t whole = rows_ / kWidth, groups = (whole + kGroup - 1) / kGroup,
                chunks = (states_count + kChunk - 1) / kChunk;
  at::parallel_for(0, groups * chunks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t part = begin; part < end; ++part) {
      const int64_t panel = part / chunks * kGroup, state = part % chunks * kChunk;
      multiply(states + state * width_, std::min(kChunk, states_count - state), panel,
               std::min(kGroup, whole - panel), out + state * out_stride + panel * kWidth, out_stride);
    }
  });
  if (whole < count()) multiply_last(states, states_count, out, out_stride);
}

/// The last panel is wider than the table's rest.
void TablePanels::multiply_last(const float* states, int64_t states_count, float* out,
                                int64_t out_stride) const {
  const int64_t first = (count() - 1) * kWidth;
  std::vector<float> rest(states_count * kWidth);
  multiply(states, states_count, count() - 1, 1, rest.data(), kWidth);
  for (int64_t s = 0; s < states_count; ++s)
    for (int64_t i = first; i < rows_; ++i) out[s * out_stride + i] = rest[s * kWidth + i - first];
}

}  // namespace r2rank::baselines
