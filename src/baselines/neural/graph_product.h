#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <vector>

#include "baselines/neural/interaction_graph.h"

namespace r2rank::baselines {

/// Some rows of a matrix: row rows[i] of it is values[i], all others are zero. `place` finds i, -1 for a row
/// that is not there.
struct RowSubset {
  std::vector<int32_t> rows;
  std::vector<int32_t> place;  ///< [all rows]
  at::Tensor values;           // [rows.size(), D] f32
};

/// Products with one direction of the normalised adjacency D^-1/2 A D^-1/2, from the nodes of one side to
/// those of the other. Each output row is summed by one thread in the order of its neighbours: any number of
/// threads gives the same bits. Ours rather than libtorch's CSR product: the weights are products of two
/// vectors, and most calls want few rows of the output or have few in the input.
class GraphProduct {
 public:
  /// `to` lists the neighbours of each output node; the scales are inverse_root_degrees of both sides.
  GraphProduct(const Adjacency& to, std::vector<float> to_scale, std::vector<float> from_scale);

  /// output = A_hat input (+ added, where it has rows). input [from nodes, D], output [to nodes, D], f32.
  void multiply(const at::Tensor& input, const RowSubset* added, at::Tensor& output) const;
  /// The same for the output's rows `rows` alone: output [rows.size(), D].
  void multiply_rows(const at::Tensor& input, std::span<const int32_t> rows, at::Tensor& output) const;
  /// The same where only some input rows are not zero.
  void multiply_subset(const RowSubset& input, const RowSubset* added, at::Tensor& output) const;

 private:
  template <class Input>
  void multiply_all(const Input& rows, const RowSubset* added, at::Tensor& output) const;

  const Adjacency& to_;
  std::vector<float> to_scale_, from_scale_;
  std::vector<int64_t> cuts_;  // output nodes at which the work is cut into parts of about as many edges
};

}  // namespace r2rank::baselines
