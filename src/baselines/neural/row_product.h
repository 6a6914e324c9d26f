#pragma once

#include <cstdint>
#include <vector>

namespace r2rank::baselines {

/// A matrix of f32 that is read element by element: rows and columns may lie anywhere.
struct MatrixView {
  const float* data;
  int64_t row_stride, column_stride;
};
/// [rows, width] stored row by row / its transpose.
inline MatrixView rows_of(const float* data, int64_t width) {
  return {data, width, 1};
}
inline MatrixView columns_of(const float* data, int64_t width) {
  return {data, 1, width};
}

/// C = A B, or C += A B with `accumulate`: A [m, k], B [k, n] with rows `b_stride` apart, C [m, n] with rows
/// `c_stride` apart. For the small matrices of recommenders, where libtorch's products spend their time on
/// being called. On the calling thread; an element's sum runs over k in order, so that it is the same bits
/// however rows and columns are cut into calls.
void multiply(const MatrixView& a, const float* b, int64_t b_stride, float* c, int64_t c_stride, int64_t m,
              int64_t n, int64_t k, bool accumulate);

/// out[j, i] = in[i, j] for an `rows` x `columns` matrix.
void transpose(const float* in, int64_t rows, int64_t columns, float* out);

/// A table [rows, D] for products of many states with each of its rows: kWidth rows side by side, [D, kWidth]
/// a panel, the last one filled up with zeros.
class TablePanels {
 public:
  static constexpr int64_t kWidth = 32;

  void pack(const float* table, int64_t rows, int64_t width);
  int64_t rows() const { return rows_; }
  int64_t count() const { return (rows_ + kWidth - 1) / kWidth; }
  /// out[i, j] = states[i] . table[first + j] for `panels` panels from row `first` = kWidth * first_panel on,
  /// rows of `out` `out_stride` apart.
  void multiply(const float* states, int64_t states_count, int64_t first_panel, int64_t panels, float* out,
                int64_t out_stride) const;
  /// out[i, j] = states[i] . table[j] for every row, `out_stride` >= rows() apart; on all threads.
  void multiply_all(const float* states, int64_t states_count, float* out, int64_t out_stride) const;

 private:
  void multiply_last(const float* states, int64_t states_count, float* out, int64_t out_stride) const;

  std::vector<float> packed_;
  int64_t rows_ = 0, width_ = 0;
};

}  // namespace r2rank::baselines
