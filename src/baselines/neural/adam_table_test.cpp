#include "baselines/neural/adam_table.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <cmath>

namespace r2rank::baselines {
namespace {

/// One number stepped by Adam as its authors write it, in double.
struct PlainAdam {
  double value, first = 0, second = 0;
  int steps = 0;
  void step(double gradient, double rate) {
    ++steps;
    first = 0.9 * first + 0.1 * gradient;
    second = 0.999 * second + 0.001 * gradient * gradient;
    const double m = first / (1 - std::pow(0.9, steps)), v = second / (1 - std::pow(0.999, steps));
    value -= rate * m / (std::sqrt(v) + 1e-8);
  }
};

RowSubset only_row(int32_t row, int64_t rows, double gradient) {
  RowSubset subset{{row}, std::vector<int32_t>(rows, -1), at::full({1, 1}, gradient, at::kFloat)};
  subset.place[row] = 0;
  return subset;
}

TEST(AdamTable, StepsAsAdamDoes) {
  AdamTable table(at::full({3, 1}, 0.5F), 0.01);
  std::vector<PlainAdam> plain(3, {0.5});
  for (int step = 0; step < 50; ++step) {
    const at::Tensor gradient = at::empty({3, 1});  // [rows, D]
    for (int row = 0; row < 3; ++row) {
      const double value = std::sin(step + row) + 0.3 * row;
      gradient[row][0] = value;
      plain[row].step(value, 0.01);
    }
    table.step(gradient);
  }
  for (int row = 0; row < 3; ++row)
    EXPECT_NEAR(table.values()[row][0].item<double>(), plain[row].value, 2e-6);
}

TEST(AdamTable, LetsRowsWithoutGradientMoveByTheirMomentum) {
  AdamTable table(at::full({2, 1}, 0.5F), 0.01);
  PlainAdam plain{0.5};
  for (int step = 0; step < 30; ++step) {
    table.step(only_row(step < 3 ? 0 : 1, 2, 0.2));
    plain.step(step < 3 ? 0.2 : 0, 0.01);
  }
  EXPECT_NEAR(table.values()[0][0].item<double>(), plain.value, 2e-6);
}

TEST(AdamTable, WakesARowThatRestedAsIfItHadNot) {
  AdamTable table(at::full({2, 1}, 0.5F), 0.01);
  PlainAdam plain{0.5};
  for (int step = 0; step < 1500; ++step) {
    const bool touched = step < 5 || step > 1490;
    table.step(only_row(touched ? 0 : 1, 2, 0.2));
    plain.step(touched ? 0.2 : 0, 0.01);
  }
  EXPECT_NEAR(table.values()[0][0].item<double>(), plain.value, 5e-6);
}

TEST(AdamTable, LeavesARowThatNeverHadAGradient) {
  AdamTable table(at::full({2, 1}, 0.5F), 0.01);
  for (int step = 0; step < 10; ++step) table.step(only_row(0, 2, 1));
  EXPECT_EQ(table.values()[1][0].item<float>(), 0.5F);
}

TEST(AdamTable, TakesAGradientOfZerosForNone) {
  AdamTable dense(at::full({2, 1}, 0.5F), 0.01), sparse(at::full({2, 1}, 0.5F), 0.01);
  for (int step = 0; step < 500; ++step) {
    at::Tensor gradient = at::zeros({2, 1});  // [rows, D]
    gradient[step == 0 || step == 499 ? 0 : 1][0] = 0.3;
    dense.step(gradient);
    sparse.step(only_row(step == 0 || step == 499 ? 0 : 1, 2, 0.3));
  }
  EXPECT_TRUE(at::equal(dense.values(), sparse.values()));
}

TEST(AdamTable, GivesTheSameBitsWithAnyNumberOfThreads) {
  const at::Tensor start = xavier_normal_table(3000, 8, 1, 2);  // [rows, D]
  const int threads = at::get_num_threads();
  std::vector<at::Tensor> found;
  for (const int count : {1, 4}) {
    at::set_num_threads(count);
    AdamTable table(start.clone(), 0.01);
    for (int step = 0; step < 3; ++step) table.step(start * static_cast<double>(step + 1));
    found.push_back(table.values().clone());
  }
  at::set_num_threads(threads);
  EXPECT_TRUE(at::equal(found[0], found[1]));
}

TEST(Xavier, FillsTablesOfTheRightSpread) {
  const at::Tensor uniform = xavier_uniform_table(999, 64, 1, 2);  // [rows, D]
  const double bound = std::sqrt(6.0 / (1000 + 64));
  EXPECT_LE(uniform.abs().max().item<double>(), bound);
  EXPECT_NEAR(uniform.std().item<double>(), bound / std::sqrt(3.0), 0.01 * bound);
  const at::Tensor normal = xavier_normal_table(999, 64, 1, 2);  // [rows, D]
  EXPECT_NEAR(normal.std().item<double>(), std::sqrt(2.0 / (1000 + 64)), 0.0005);
  EXPECT_NEAR(normal.mean().item<double>(), 0, 0.001);
}

TEST(Xavier, DrawsEachRowByItself) {
  EXPECT_TRUE(at::allclose(xavier_normal_table(9, 8, 1, 2)[4] * std::sqrt(18.0),
                           xavier_normal_table(99, 8, 1, 2)[4] * std::sqrt(108.0)));
  EXPECT_FALSE(at::equal(xavier_normal_table(9, 8, 1, 2), xavier_normal_table(9, 8, 2, 2)));
  EXPECT_FALSE(at::equal(xavier_normal_table(9, 8, 1, 2), xavier_normal_table(9, 8, 1, 3)));
}

}  // namespace
}  // namespace r2rank::baselines
