#include "baselines/neural/pairwise_loss.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "baselines/neural/pairwise_model.h"

namespace r2rank::baselines {
namespace {

/// A batch with repeated users and items, and tables that autograd differentiates by, in double.
class PairwiseLoss : public ::testing::Test {
 protected:
  PairwiseLoss() {
    at::manual_seed(5);
    users_ = at::randn({4, 6});
    items_ = at::randn({5, 6});
    batch_.assign(triples_);
  }
  at::Tensor index(int part) const {
    std::vector<int64_t> rows;
    for (const Triple& triple : triples_) {
      rows.push_back(part == 0 ? triple.user : part == 1 ? triple.positive : triple.negative);
    }
    return at::tensor(rows, at::kLong);  // [B]
  }
  /// The loss as RecBole writes it, and its gradients by the two tables.
  struct Reference {
    double loss;
    at::Tensor by_users, by_items;
  };
  Reference reference(double weight, bool squared) const {
    const at::Tensor users = users_.to(at::kDouble).requires_grad_(true);
    const at::Tensor items = items_.to(at::kDouble).requires_grad_(true);
    const at::Tensor u = users.index_select(0, index(0));  // [B, D]
    const at::Tensor p = items.index_select(0, index(1));  // [B, D]
    const at::Tensor n = items.index_select(0, index(2));  // [B, D]
    const at::Tensor pairs = -at::log(1e-10 + at::sigmoid((u * (p - n)).sum(1))).mean();
    const auto size = static_cast<double>(triples_.size());
    const at::Tensor norms = squared ? (u.square().sum() + p.square().sum() + n.square().sum()) / 2 / size
                                     : (u.norm() + p.norm() + n.norm()) / size;
    (pairs + weight * norms).backward();
    return {pairs.item<double>(), users.grad(), items.grad()};
  }
  void expect_gradient(double weight, bool squared) {
    const at::Tensor user_rows = gather_rows(users_, batch_.users().rows());  // [rows, D]
    const at::Tensor item_rows = gather_rows(items_, batch_.items().rows());  // [rows, D]
    const Reference expected = reference(weight, squared);
    EXPECT_NEAR(batch_.loss(user_rows, item_rows), expected.loss * 4, 1e-5);
    RowSubset by_users, by_items;
    batch_.gradient(user_rows, item_rows, 1, by_users, by_items);
    batch_.add_regularisation(user_rows, item_rows, weight, squared, by_users, by_items);
    EXPECT_LT((whole(by_users, 4) - expected.by_users).abs().max().item<double>(), 1e-6);
    EXPECT_LT((whole(by_items, 5) - expected.by_items).abs().max().item<double>(), 1e-6);
  }
  static at::Tensor whole(const RowSubset& subset, int64_t rows) {
    at::Tensor matrix = at::zeros({rows, 6}, at::kDouble);  // [rows, D]
    for (size_t i = 0; i < subset.rows.size(); ++i) matrix[subset.rows[i]] = subset.values[i].to(at::kDouble);
    return matrix;
  }

  std::vector<Triple> triples_ = {{2, 0, 3}, {0, 1, 0}, {2, 3, 1}, {2, 0, 4}};
  at::Tensor users_, items_;  // [4, D], [5, D]
  PairwiseBatch batch_{4, 5};
};

TEST_F(PairwiseLoss, AndGradientAreWhatAutogradSays) {
  expect_gradient(0, false);
}

TEST_F(PairwiseLoss, RegularisedByPlainNormsIsWhatAutogradSays) {
  expect_gradient(0.3, false);
}

TEST_F(PairwiseLoss, RegularisedBySquaredNormsIsWhatAutogradSays) {
  expect_gradient(0.3, true);
}

TEST_F(PairwiseLoss, ScalesTheGradientByTheFactor) {
  const at::Tensor users = gather_rows(users_, batch_.users().rows());  // [rows, D]
  const at::Tensor items = gather_rows(items_, batch_.items().rows());  // [rows, D]
  batch_.loss(users, items);
  RowSubset by_users, by_items, quarter_users, quarter_items;
  batch_.gradient(users, items, 1, by_users, by_items);
  batch_.gradient(users, items, 0.25F, quarter_users, quarter_items);
  EXPECT_TRUE(at::allclose(by_users.values * 0.25, quarter_users.values));
  EXPECT_TRUE(at::allclose(by_items.values * 0.25, quarter_items.values));
}

TEST(RowGroups, KeepPlacesInOrderAndForgetThemWhenCleared) {
  RowGroups groups(10);
  for (const int32_t row : {7, 2, 7, 7}) groups.add(row);
  std::vector<int32_t> places;
  groups.for_each(0, [&](int32_t place) { places.push_back(place); });
  EXPECT_EQ(places, (std::vector<int32_t>{0, 2, 3}));
  EXPECT_EQ(groups.rows(), (std::vector<int32_t>{7, 2}));
  EXPECT_EQ(groups.group_of(1), 1);
  groups.clear();
  EXPECT_TRUE(groups.rows().empty());
  EXPECT_EQ(groups.place()[7], -1);
}

}  // namespace
}  // namespace r2rank::baselines
