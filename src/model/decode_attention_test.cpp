#include "model/decode_attention.h"

#include <gtest/gtest.h>

#include "model/golden_models.h"

namespace r2rank::model {
namespace {

using golden::formula;
using golden::relative_error;

struct Case {
  int64_t heads, kv_heads, width;
};

class CachedAttention : public testing::TestWithParam<Case> {
 protected:
  static constexpr int64_t kRows = 5, kCapacity = 19;

  at::Tensor cache(const std::string& name) const {
    return formula(name, {kRows, GetParam().kv_heads, kCapacity, GetParam().width}, 2);
  }

  /// Largest relative difference from attention by the definition, row by row and head by head in double.
  double worst(at::ScalarType type, const std::vector<int64_t>& rows,
               const std::vector<int64_t>& lengths) const {
    const auto count = static_cast<int64_t>(rows.size());
    const int64_t heads = GetParam().heads, group = heads / GetParam().kv_heads;
    const at::Tensor q = formula("q", {count, heads, GetParam().width}, 2).to(type);
    const at::Tensor keys = cache("keys").to(type), values = cache("values").to(type);
    at::Tensor out = at::full({count, heads, GetParam().width}, 1e9F), lse = at::full({count, heads}, 1e9F);
    cached_attention(q, keys, values, CachedRows(rows, lengths, at::kCPU), out, lse);
    at::Tensor expected_out = at::empty_like(out), expected_lse = at::empty_like(lse);
    for (int64_t r = 0; r < count; ++r)
      for (int64_t head = 0; head < heads; ++head) {
        const at::Tensor k = keys[rows[r]][head / group].slice(0, 0, lengths[r]).to(at::kDouble);
        const at::Tensor v = values[rows[r]][head / group].slice(0, 0, lengths[r]).to(at::kDouble);
        const at::Tensor scores =
            at::mv(k, q[r][head].to(at::kDouble)) / std::sqrt(static_cast<double>(GetParam().width));
        expected_lse[r][head] = scores.logsumexp(0);
        expected_out[r][head].copy_(at::mv(v.t(), at::softmax(scores, 0)));
      }
    return std::max(relative_error(out, expected_out), relative_error(lse, expected_lse));
  }
};

TEST_P(CachedAttention, OfEveryRowFollowsTheDefinition) {
  const std::vector<int64_t> rows = {0, 1, 2, 3, 4}, lengths = {1, 2, 7, 18, 19};
  EXPECT_LT(worst(at::kFloat, rows, lengths), 1e-5);
  EXPECT_LT(worst(at::kBFloat16, rows, lengths), 1e-5);  // bf16 in, but summed and returned in f32
}

TEST_P(CachedAttention, OfSomeRowsReadsTheirOwnCaches) {
  EXPECT_LT(worst(at::kFloat, {1, 4}, {5, 3}), 1e-5);
  EXPECT_LT(worst(at::kFloat, {3}, {19}), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Heads, CachedAttention,
                         testing::Values(Case{4, 2, 8}, Case{3, 3, 5}, Case{6, 1, 64}, Case{9, 3, 17}),
                         [](const auto& test) {
                           return std::to_string(test.param.heads) + "_" +
                                  std::to_string(test.param.kv_heads) + "_" +
                                  std::to_string(test.param.width);
                         });

TEST(CachedAttentionMisused, AbortsWhenALengthIsMissing) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(CachedRows({0}, {}, at::kCPU), "lengths");
}

}  // namespace
}  // namespace r2rank::model
