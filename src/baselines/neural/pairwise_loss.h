#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <vector>

#include "baselines/neural/graph_product.h"
#include "baselines/neural/pair_sampler.h"

namespace r2rank::baselines {

/// Groups what a batch asks of a table's rows: the rows in the order of their first appearance, and for each
/// the places that want it. Gradients are summed row by row in the batch's order, so that threads do not
/// matter.
class RowGroups {
 public:
  explicit RowGroups(int64_t rows) : place_(rows, -1) {}

  void clear();
  /// Adds place `place` (0, 1, 2, ... in this order) that wants row `row`.
  void add(int32_t row);
  const std::vector<int32_t>& rows() const { return rows_; }
  const std::vector<int32_t>& place() const { return place_; }  ///< [all rows] index into rows(), or -1
  /// The group that the given place is in.
  int32_t group_of(size_t place) const { return group_of_[place]; }
  /// Calls `each(place)` for the places of a group, ascending.
  template <class Function>
  void for_each(size_t group, Function&& each) const {
    for (int32_t place = first_[group]; place >= 0; place = next_[place]) each(place);
  }

 private:
  std::vector<int32_t> rows_, place_, group_of_, first_, last_, next_;
};

/// One batch of pairwise ranking: which rows of the user and item tables it touches, its loss and its
/// gradient. Places of the item groups: 2 i is the positive of triple i, 2 i + 1 its negative.
class PairwiseBatch {
 public:
  PairwiseBatch(int64_t users, int64_t items) : users_(users), items_(items) {}

  void assign(std::span<const Triple> triples);
  const RowGroups& users() const { return users_; }
  const RowGroups& items() const { return items_; }

  /// Sum of -ln(1e-10 + sigmoid(x)), x = u . (i - j), from the touched rows of the embeddings: `user_rows`
  /// [users().rows().size(), D], `item_rows` likewise. Keeps the derivative of the batch's mean by x.
  double loss(const at::Tensor& user_rows, const at::Tensor& item_rows);
  /// Gradient of the mean loss by the touched rows, times `factor`; call after loss() with the same rows.
  void gradient(const at::Tensor& user_rows, const at::Tensor& item_rows, float factor, RowSubset& by_users,
                RowSubset& by_items) const;
  /// Adds `weight` * (|U| + |P| + |N|) / B to the gradient: plain norms of the batch's users', positives' and
  /// negatives' rows of the tables, repeated ones counted, as RecBole's EmbLoss. With `squared`, half of the
  /// squared norms (He et al. 2020). `user_rows` and `item_rows` are the touched rows of the tables.
  void add_regularisation(const at::Tensor& user_rows, const at::Tensor& item_rows, double weight,
                          bool squared, RowSubset& by_users, RowSubset& by_items) const;

 private:
  RowGroups users_, items_;
  std::vector<float> by_margin_;  // [B] derivative of the mean loss by x
};

}  // namespace r2rank::baselines
