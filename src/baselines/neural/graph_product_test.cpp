#include "baselines/neural/graph_product.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "baselines/test_data.h"

namespace r2rank::baselines {
namespace {

/// A random graph, its dense normalised adjacency in double and an input.
class RandomGraph : public ::testing::TestWithParam<int64_t> {
 protected:
  RandomGraph() {
    at::manual_seed(3);
    dense_ = at::zeros({users_, items_}, at::kDouble);
    const auto user_scale = inverse_root_degrees(graph_.items_of);
    const auto item_scale = inverse_root_degrees(graph_.users_of);
    for (int64_t user = 0; user < users_; ++user) {
      for (const int32_t item : graph_.items_of.of(user)) {
        dense_[user][item] = static_cast<double>(user_scale[user]) * item_scale[item];
      }
    }
    input_ = at::randn({items_, GetParam()});
    output_ = at::full({users_, GetParam()}, 9.0F);
  }
  GraphProduct to_users() const {
    return {graph_.items_of, inverse_root_degrees(graph_.items_of), inverse_root_degrees(graph_.users_of)};
  }
  at::Tensor expected(const at::Tensor& input) const { return at::mm(dense_, input.to(at::kDouble)); }
  static RowSubset subset(std::vector<int32_t> rows, int64_t all, int64_t width) {
    RowSubset subset;
    subset.place.assign(all, -1);
    for (size_t i = 0; i < rows.size(); ++i) subset.place[rows[i]] = static_cast<int32_t>(i);
    subset.rows = std::move(rows);
    subset.values = at::randn({static_cast<int64_t>(subset.rows.size()), width});
    return subset;
  }
  static at::Tensor whole(const RowSubset& subset) {
    auto matrix = at::zeros({static_cast<int64_t>(subset.place.size()), subset.values.size(1)});  // [all, D]
    for (size_t i = 0; i < subset.rows.size(); ++i) matrix[subset.rows[i]] = subset.values[i];
    return matrix;
  }
  static void expect_near(const at::Tensor& found, const at::Tensor& expected) {
    EXPECT_LT((found.to(at::kDouble) - expected).abs().max().item<double>(), 1e-5);
  }

  int64_t users_ = 57, items_ = 23;
  data::Dataset dataset_ = testing::random_dataset(1, users_, items_);
  data::Split split_ = testing::leave_last_two(dataset_);
  InteractionGraph graph_ = training_graph({dataset_, split_});
  at::Tensor dense_, input_, output_;  // [users, items] f64, [items, D], [users, D]
};

TEST_P(RandomGraph, MultipliesAsTheDenseMatrixDoes) {
  to_users().multiply(input_, nullptr, output_);
  expect_near(output_, expected(input_));
}

TEST_P(RandomGraph, AddsTheRowsItIsGiven) {
  const auto added = subset({4, 50, 7}, users_, GetParam());
  to_users().multiply(input_, &added, output_);
  expect_near(output_, expected(input_) + whole(added));
}

TEST_P(RandomGraph, GivesChosenRowsAlone) {
  const std::vector<int32_t> rows = {9, 0, 56};
  auto some = at::empty({3, GetParam()});  // [3, D]
  to_users().multiply_rows(input_, rows, some);
  to_users().multiply(input_, nullptr, output_);
  for (int64_t i = 0; i < 3; ++i) EXPECT_TRUE(at::equal(some[i], output_[rows[i]]));
}

TEST_P(RandomGraph, LeavesOutInputRowsThatAreZero) {
  const auto input = subset({3, 22, 8, 1}, items_, GetParam());
  const auto added = subset({0}, users_, GetParam());
  to_users().multiply_subset(input, &added, output_);
  expect_near(output_, expected(whole(input)) + whole(added));
}

TEST_P(RandomGraph, GivesTheSameBitsWithAnyNumberOfThreads) {
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  to_users().multiply(input_, nullptr, output_);
  const at::Tensor one = output_.clone();
  at::set_num_threads(4);
  to_users().multiply(input_, nullptr, output_);
  at::set_num_threads(threads);
  EXPECT_TRUE(at::equal(one, output_));
}

INSTANTIATE_TEST_SUITE_P(Widths, RandomGraph, ::testing::Values(1, 5, 64, 70, 128));

}  // namespace
}  // namespace r2rank::baselines
