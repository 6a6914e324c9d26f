#include "baselines/sparse_rows.h"

#include <numeric>

namespace r2rank::baselines {

void SparseRows::append(std::span<const SparseEntry> row) {
  entries_.insert(entries_.end(), row.begin(), row.end());
  offsets_.push_back(static_cast<int64_t>(entries_.size()));
}

SparseRows SparseRows::transposed(int64_t columns) const {
  SparseRows result;
  result.offsets_.assign(columns + 1, 0);
  result.entries_.resize(entries_.size());
  for (const SparseEntry& entry : entries_) ++result.offsets_[entry.column + 1];
  std::partial_sum(result.offsets_.begin(), result.offsets_.end(), result.offsets_.begin());
  std::vector<int64_t> next(result.offsets_.begin(), result.offsets_.end() - 1);
  for (int64_t index = 0; index < rows(); ++index) {
    for (const SparseEntry& entry : row(index)) {
      result.entries_[next[entry.column]++] = {static_cast<int32_t>(index), entry.value};
    }
  }
  return result;
}

double Accumulator::dot(std::span<const SparseEntry> row) const {
  double sum = 0;
  for (const SparseEntry& entry : row) sum += values_[entry.column] * entry.value;
  return sum;
}

double Accumulator::squared_norm() const {
  double sum = 0;
  for (const int32_t place : touched_) sum += values_[place] * values_[place];
  return sum;
}

void Accumulator::clear() {
  for (const int32_t place : touched_) values_[place] = 0;
  touched_.clear();
}

}  // namespace r2rank::baselines
