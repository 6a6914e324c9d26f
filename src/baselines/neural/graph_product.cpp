#include "baselines/neural/graph_product.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace r2rank::baselines {
namespace {

constexpr int64_t kParts = 64;
constexpr int64_t kWidth = 64;  // columns summed at once: four AVX-512 registers
constexpr int64_t kAhead = 8;   // neighbours whose rows are asked for early

/// Node boundaries of `kParts` parts with about equal work, an edge counting as a node does.
std::vector<int64_t> cut_by_edges(const Adjacency& adjacency) {
  const int64_t nodes = adjacency.nodes();
  const int64_t work = nodes + adjacency.offsets.back();
  std::vector<int64_t> cuts = {0};
  int64_t node = 0;
  for (int64_t part = 1; part <= kParts; ++part) {
    while (node < nodes && node + adjacency.offsets[node] < work * part / kParts) ++node;
    cuts.push_back(part == kParts ? nodes : node);
  }
  return cuts;
}

/// Where row `node` of an input lies, nullptr for a row of zeros.
struct WholeInput {
  const float* data;
  int64_t width;
  const float* row(int32_t node) const { return data + node * width; }
};
struct SubsetInput {
  const float* data;
  const int32_t* place;
  int64_t width;
  const float* row(int32_t node) const { return place[node] < 0 ? nullptr : data + place[node] * width; }
};

template <class Input>
void ask_early(const Input& input, std::span<const int32_t> neighbours, size_t next, int64_t column) {
  if (next >= neighbours.size()) return;
  const float* row = input.row(neighbours[next]);
  if (row == nullptr) return;
  for (int64_t line = 0; line < kWidth; line += 16) __builtin_prefetch(row + column + line);
}

/// out[0 .. kWidth) = sum over neighbours of scale * row[column ..].
template <class Input>
void sum_block(const Input& input, std::span<const int32_t> neighbours, const float* scale, int64_t column,
               float factor, float* out) {
  float sum[kWidth] = {};
  for (size_t k = 0; k < neighbours.size(); ++k) {
    ask_early(input, neighbours, k + kAhead, column);
    const float* row = input.row(neighbours[k]);
    if (row == nullptr) continue;
    const float weight = scale[neighbours[k]];
#pragma GCC unroll 64
    for (int64_t c = 0; c < kWidth; ++c) sum[c] += weight * row[column + c];
  }
  for (int64_t c = 0; c < kWidth; ++c) out[c] = factor * sum[c];
}

template <class Input>
void sum_rest(const Input& input, std::span<const int32_t> neighbours, const float* scale, int64_t column,
              int64_t width, float factor, float* out) {
  float sum[kWidth] = {};
  for (const int32_t node : neighbours) {
    const float* row = input.row(node);
    if (row == nullptr) continue;
    for (int64_t c = 0; c < width; ++c) sum[c] += scale[node] * row[column + c];
  }
  for (int64_t c = 0; c < width; ++c) out[c] = factor * sum[c];
}

template <class Input>
void sum_neighbours(const Input& input, std::span<const int32_t> neighbours, const float* scale, float factor,
                    float* out) {
  int64_t column = 0;
  for (; column + kWidth <= input.width; column += kWidth) {
    sum_block(input, neighbours, scale, column, factor, out + column);
  }
  if (column < input.width) {
    sum_rest(input, neighbours, scale, column, input.width - column, factor, out + column);
  }
}

void add_row(const RowSubset* added, int64_t node, int64_t width, float* out) {
  if (added == nullptr || added->place[node] < 0) return;
  const float* row = added->values.const_data_ptr<float>() + added->place[node] * width;
  for (int64_t c = 0; c < width; ++c) out[c] += row[c];
}

void check_matrix(const at::Tensor& matrix, int64_t rows) {
  R2RANK_CHECK(matrix.scalar_type() == at::kFloat && matrix.is_contiguous() && matrix.size(0) == rows);
}

}  // namespace

GraphProduct::GraphProduct(const Adjacency& to, std::vector<float> to_scale, std::vector<float> from_scale)
    : to_(to), to_scale_(std::move(to_scale)), from_scale_(std::move(from_scale)), cuts_(cut_by_edges(to)) {
  R2RANK_CHECK(static_cast<int64_t>(to_scale_.size()) == to_.nodes());
}

template <class Input>
void GraphProduct::multiply_all(const Input& rows, const RowSubset* added, at::Tensor& output) const {
  float* out = output.data_ptr<float>();
  at::parallel_for(0, kParts, 1, [&](int64_t begin, int64_t end) {
    for (int64_t node = cuts_[begin]; node < cuts_[end]; ++node) {
      float* row = out + node * rows.width;
      sum_neighbours(rows, to_.of(node), from_scale_.data(), to_scale_[node], row);
      add_row(added, node, rows.width, row);
    }
  });
}

void GraphProduct::multiply(const at::Tensor& input, const RowSubset* added, at::Tensor& output) const {
  check_matrix(input, static_cast<int64_t>(from_scale_.size()));
  check_matrix(output, to_.nodes());
  const WholeInput rows{input.const_data_ptr<float>(), input.size(1)};
  multiply_all(rows, added, output);
}

void GraphProduct::multiply_rows(const at::Tensor& input, std::span<const int32_t> rows,
                                 at::Tensor& output) const {
  check_matrix(input, static_cast<int64_t>(from_scale_.size()));
  check_matrix(output, static_cast<int64_t>(rows.size()));
  const WholeInput all{input.const_data_ptr<float>(), input.size(1)};
  float* out = output.data_ptr<float>();
  at::parallel_for(0, static_cast<int64_t>(rows.size()), 64, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      sum_neighbours(all, to_.of(rows[i]), from_scale_.data(), to_scale_[rows[i]], out + i * all.width);
    }
  });
}

void GraphProduct::multiply_subset(const RowSubset& input, const RowSubset* added, at::Tensor& output) const {
  check_matrix(input.values, static_cast<int64_t>(input.rows.size()));
  check_matrix(output, to_.nodes());
  const SubsetInput rows{input.values.const_data_ptr<float>(), input.place.data(), input.values.size(1)};
  multiply_all(rows, added, output);
}

}  // namespace r2rank::baselines
