#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace r2rank::baselines {

struct SparseEntry {
  int32_t column = 0;
  float value = 0;
};

/// A sparse matrix as compressed rows, built row by row. Ours rather than Eigen's because appending a row,
/// reading a row and transposing is all that the baselines need.
class SparseRows {
 public:
  void append(std::span<const SparseEntry> row);
  int64_t rows() const { return static_cast<int64_t>(offsets_.size()) - 1; }
  int64_t entries() const { return static_cast<int64_t>(entries_.size()); }
  std::span<const SparseEntry> row(int64_t index) const {
    return {entries_.data() + offsets_[index], static_cast<size_t>(offsets_[index + 1] - offsets_[index])};
  }
  std::span<SparseEntry> row(int64_t index) {
    return {entries_.data() + offsets_[index], static_cast<size_t>(offsets_[index + 1] - offsets_[index])};
  }
  /// The transpose, with `columns` rows. REQUIRES: every column < columns.
  SparseRows transposed(int64_t columns) const;

 private:
  std::vector<int64_t> offsets_ = {0};  // [rows + 1]
  std::vector<SparseEntry> entries_;
};

/// A dense vector that remembers which places it touched, so that clearing costs as much as filling did.
/// REQUIRES: only positive values are added.
class Accumulator {
 public:
  explicit Accumulator(int64_t size) : values_(size, 0.0) {}

  void add(int32_t place, double value) {
    if (values_[place] == 0) touched_.push_back(place);
    values_[place] += value;
  }
  double operator[](int32_t place) const { return values_[place]; }
  std::span<const int32_t> touched() const { return touched_; }
  /// Inner product with a sparse row.
  double dot(std::span<const SparseEntry> row) const;
  double squared_norm() const;
  void clear();

 private:
  std::vector<double> values_;
  std::vector<int32_t> touched_;
};

}  // namespace r2rank::baselines
