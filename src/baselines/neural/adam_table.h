#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "baselines/neural/graph_product.h"

namespace r2rank::baselines {

/// A table of embeddings with its Adam moments (Kingma & Ba 2015; betas 0.9 and 0.999, epsilon 1e-8), as
/// torch's dense Adam steps it: a row without a gradient still moves by its momentum. Only when its last
/// gradient lies kAwake steps back does it rest, since its steps are then below a float's rounding; the
/// moments' decay is made up for when it wakes. Rows are independent: any number of threads gives the same
/// bits.
class AdamTable {
 public:
  static constexpr int64_t kAwake = 200;

  AdamTable(at::Tensor values, double learning_rate);

  const at::Tensor& values() const { return values_; }  // [rows, D] f32
  void set_values(const at::Tensor& values) { values_.copy_(values); }
  /// One step with a gradient for every row / for some.
  void step(const at::Tensor& gradient);
  void step(const RowSubset& gradient);

 private:
  template <class RowOf>
  void step_rows(RowOf&& gradient_row);
  void wake(int64_t row, int64_t rested);

  at::Tensor values_, first_, second_;  // [rows, D] f32
  std::vector<int64_t> last_;           // [rows] step of the last gradient that was not zero
  double learning_rate_;
  int64_t steps_ = 0;
};

/// Fills an embedding table as torch's xavier_uniform_ / xavier_normal_ would a matrix of rows + 1 rows:
/// RecBole's tables have one more, for padding. Each row's draws depend on (seed, key, row) alone.
at::Tensor xavier_uniform_table(int64_t rows, int64_t width, uint64_t seed, uint64_t key);
at::Tensor xavier_normal_table(int64_t rows, int64_t width, uint64_t seed, uint64_t key);

}  // namespace r2rank::baselines
