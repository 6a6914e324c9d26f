#include "model/own_tokens.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "model/golden_models.h"

namespace r2rank::model {
namespace {

using golden::formula;
using golden::relative_error;

constexpr int64_t kRows = 3, kKvHeads = 2, kCapacity = 21, kWidth = 32, kGroup = 7;

/// Scores and mixtures of a row that has grown to `length`, against plain products in f32.
template <class T>
class Grown {
 public:
  explicit Grown(at::ScalarType type)
      : keys_(formula("keys", {kRows, kCapacity, kKvHeads, kWidth}, 1).to(type)),
        values_(formula("values", {kRows, kCapacity, kKvHeads, kWidth}, 1).to(type)) {
    for (int64_t t = 0; t < kCapacity; ++t)
      for (int64_t row = 0; row < kRows; ++row)
        for (int64_t kv = 0; kv < kKvHeads; ++kv)
          own_.append(row, kv, t, keys_[row][t][kv].template data_ptr<T>(),
                      values_[row][t][kv].template data_ptr<T>());
  }

  double score_error(int64_t row, int64_t kv, int64_t length) const {
    const at::Tensor q = formula("q", {kGroup, kWidth}, 1);
    at::Tensor scores = at::full({kGroup, kCapacity}, 1e9F);
    own_.score(row, kv, length, q.const_data_ptr<float>(), kGroup, scores.data_ptr<float>(), kCapacity);
    const at::Tensor keys = keys_[row].slice(0, 0, length).select(1, kv).to(at::kFloat);
    return relative_error(scores.slice(1, 0, length), at::mm(q, keys.t()));
  }

  double mix_error(int64_t row, int64_t kv, int64_t length) const {
    at::Tensor weights = formula("weights", {kGroup, kCapacity + 1}, 1);
    weights.slice(1, length).zero_();
    at::Tensor mixed = at::ones({kGroup, kWidth});
    own_.mix(row, kv, length, weights.const_data_ptr<float>(), kCapacity + 1, kGroup,
             mixed.data_ptr<float>());
    const at::Tensor values = values_[row].slice(0, 0, length).select(1, kv).to(at::kFloat);
    return relative_error(mixed, 1 + at::mm(weights.slice(1, 0, length), values));
  }

 private:
  at::Tensor keys_, values_;
  OwnTokens<T> own_{kRows, kKvHeads, kCapacity, kWidth};
};

template <class T>
void expect_products(at::ScalarType type) {
  const Grown<T> grown(type);
  for (const int64_t length : {1, 2, 15, 16, 17, 21})
    for (int64_t row = 0; row < kRows; ++row)
      for (int64_t kv = 0; kv < kKvHeads; ++kv) {
        EXPECT_LT(grown.score_error(row, kv, length), 1e-6) << row << " " << kv << " " << length;
        EXPECT_LT(grown.mix_error(row, kv, length), 1e-6) << row << " " << kv << " " << length;
      }
}

TEST(OwnTokens, MultiplyAsPlainProductsInF32) {
  expect_products<float>(at::kFloat);
}

TEST(OwnTokens, MultiplyAsPlainProductsOfBf16Numbers) {
  expect_products<at::BFloat16>(at::kBFloat16);
}

}  // namespace
}  // namespace r2rank::model
