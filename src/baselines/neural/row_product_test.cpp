#include "baselines/neural/row_product.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "baselines/neural/dropout.h"
#include "baselines/neural/element_maths.h"

namespace r2rank::baselines {
namespace {

std::vector<float> numbers(int64_t count, uint64_t key) {
  base::RandomStream stream(4, base::Purpose::kInit, key);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(stream.normal());
  return values;
}

TEST(RowProduct, EqualsThePlainSumForAllSmallSizesAndBothOrders) {
  for (const int64_t m : {1, 2, 5, 6, 7, 12, 13, 25}) {
    for (const int64_t n : {1, 3, 8, 16, 17, 31, 40, 64}) {
      for (const int64_t k : {1, 2, 31, 256, 300}) {
        const auto a = numbers(m * k, 1), b = numbers(k * n, 2);
        std::vector<float> at(m * k), c(m * n, 1.0F), d(m * n, 1.0F);
        transpose(a.data(), m, k, at.data());
        multiply(rows_of(a.data(), k), b.data(), n, c.data(), n, m, n, k, true);
        multiply(columns_of(at.data(), m), b.data(), n, d.data(), n, m, n, k, false);
        for (int64_t i = 0; i < m; ++i) {
          for (int64_t j = 0; j < n; ++j) {
            double sum = 0;
            for (int64_t p = 0; p < k; ++p) sum += static_cast<double>(a[i * k + p]) * b[p * n + j];
            ASSERT_NEAR(c[i * n + j], sum + 1, 1e-4) << m << " " << n << " " << k;
            ASSERT_NEAR(d[i * n + j], sum, 1e-4) << m << " " << n << " " << k;
          }
        }
      }
    }
  }
}

TEST(RowProduct, OfNoTermsIsZeroOrWhatWasThere) {
  float c = 3;
  multiply(rows_of(nullptr, 0), nullptr, 1, &c, 1, 1, 1, 0, true);
  EXPECT_EQ(c, 3);
  multiply(rows_of(nullptr, 0), nullptr, 1, &c, 1, 1, 1, 0, false);
  EXPECT_EQ(c, 0);
}

TEST(RowProduct, TablePanelsMultiplyStatesByEveryRow) {
  const int64_t rows = 70, width = 5, states = 3;
  const auto table = numbers(rows * width, 1), state = numbers(states * width, 2);
  TablePanels panels;
  panels.pack(table.data(), rows, width);
  ASSERT_EQ(panels.count(), 3);
  std::vector<float> out(states * 96);
  panels.multiply(state.data(), states, 0, 3, out.data(), 96);
  for (int64_t s = 0; s < states; ++s) {
    for (int64_t r = 0; r < 96; ++r) {
      double sum = 0;
      for (int64_t d = 0; r < rows && d < width; ++d)
        sum += static_cast<double>(state[s * width + d]) * table[r * width + d];
      EXPECT_NEAR(out[s * 96 + r], sum, 1e-5);
    }
  }
}

TEST(RowProduct, AllRowsOfATableAreMultipliedWhateverTheirCount) {
  const int64_t width = 5;
  for (const int64_t rows : {1, 31, 32, 70, 1024, 1100, 2050}) {
    for (const int64_t states : {1, 48, 100}) {
      const auto table = numbers(rows * width, 1), state = numbers(states * width, 2);
      TablePanels panels;
      panels.pack(table.data(), rows, width);
      std::vector<float> out(states * rows, NAN);
      panels.multiply_all(state.data(), states, out.data(), rows);
      for (int64_t s = 0; s < states; ++s) {
        for (int64_t r = 0; r < rows; ++r) {
          double sum = 0;
          for (int64_t d = 0; d < width; ++d)
            sum += static_cast<double>(state[s * width + d]) * table[r * width + d];
          ASSERT_NEAR(out[s * rows + r], sum, 1e-5) << rows << " " << states;
        }
      }
    }
  }
}

TEST(ElementMaths, StaysWithinAMillionthOfTheExactFunctions) {
  for (double x = -12; x < 12; x += 0.0137) {
    const auto f = static_cast<float>(x);
    const double cdf = 0.5 * std::erfc(-x / std::sqrt(2.0));
    const double density = std::exp(-0.5 * x * x) / std::sqrt(2 * std::acos(-1.0));
    EXPECT_NEAR(sigmoid(f), 1 / (1 + std::exp(-x)), 1e-6);
    EXPECT_NEAR(hyperbolic_tangent(f), std::tanh(x), 1e-6);
    EXPECT_NEAR(gelu(f), x * cdf, 1e-6 * std::max(1.0, std::abs(x)));
    EXPECT_NEAR(gelu_slope(f), cdf + x * density, 2e-6);
  }
}

TEST(Dropout, KeepsTheMeanAndRepeatsForTheSameKeySiteAndRow) {
  const Dropout dropout(0.3, 11);
  double sum = 0;
  int64_t zeros = 0;
  const int64_t rows = 500, width = 64;
  for (int64_t row = 0; row < rows; ++row) {
    std::vector<float> values(width, 1.0F), again(width, 1.0F), elsewhere(width, 1.0F);
    dropout.apply(values.data(), width, row);
    dropout.apply(again.data(), width, row);
    dropout.at_site(2).apply(elsewhere.data(), width, row);
    EXPECT_EQ(values, again);
    EXPECT_NE(values, elsewhere);
    for (const float value : values) {
      sum += value;
      zeros += value == 0 ? 1 : 0;
    }
  }
  EXPECT_NEAR(static_cast<double>(zeros) / (rows * width), 0.3, 0.01);  // 4 standard errors
  EXPECT_NEAR(sum / (rows * width), 1, 0.015);
  std::vector<float> untouched(width, 2.0F);
  Dropout().apply(untouched.data(), width, 0);
  EXPECT_EQ(untouched, std::vector<float>(width, 2.0F));
}

}  // namespace
}  // namespace r2rank::baselines
