#include "model/plain_decode_cache.h"

#include <gtest/gtest.h>

#include "model/growing_cache.h"

namespace r2rank::model {
namespace {

using testing::GrowthStep;
using testing::Heads;

/// Attention by the definition, in double: all keys and values of each row gathered one after another.
class Definition {
 public:
  Definition(const DecodeLayout& layout, const Heads& shape) : layout_(layout), shape_(shape) {}

  at::Tensor of(const GrowthStep& step, const std::vector<GrowthStep>& before) const {
    at::Tensor out = at::empty(step.q.sizes(), at::kDouble);
    for (size_t i = 0; i < step.rows.size(); ++i) {
      const at::Tensor keys = gathered(step, before, step.rows[i], true),
                       values = gathered(step, before, step.rows[i], false);  // [L, kv, d]
      for (int64_t head = 0; head < shape_.heads; ++head) {
        const int64_t kv = head / (shape_.heads / shape_.kv_heads);
        const at::Tensor scores =
            at::mv(keys.select(1, kv), step.q[static_cast<int64_t>(i)][head].to(at::kDouble)) /
            std::sqrt(static_cast<double>(shape_.width));
        out[static_cast<int64_t>(i)][head].copy_(at::mv(values.select(1, kv).t(), at::softmax(scores, 0)));
      }
    }
    return out;
  }

 private:
  at::Tensor gathered(const GrowthStep& step, const std::vector<GrowthStep>& before, int64_t row,
                      bool keys) const {
    const at::Tensor prompt = keys ? testing::prompt_keys(step.layer, shape_, at::kFloat)
                                   : testing::prompt_values(step.layer, shape_, at::kFloat);
    std::vector<at::Tensor> parts;
    for (const auto& root : layout_.roots)
      if (row >= root.row_begin && row < root.row_end)
        for (const int64_t token : root.tokens) parts.push_back(prompt[token]);
    for (const int64_t token : layout_.leaves[row / layout_.copies].tokens) parts.push_back(prompt[token]);
    for (const auto& earlier : before)
      for (size_t i = 0; i < earlier.rows.size(); ++i)
        if (earlier.layer == step.layer && earlier.rows[i] == row)
          parts.push_back((keys ? earlier.k : earlier.v)[static_cast<int64_t>(i)]);
    return at::stack(parts).to(at::kDouble);
  }

  const DecodeLayout& layout_;
  Heads shape_;
};

TEST(PlainDecodeCaches, FollowTheDefinition) {
  for (const Heads& shape : {Heads{4, 2, 8}, Heads{2, 1, 7}}) {
    const DecodeLayout layout = testing::layout_of(2);
    PlainDecodeCache cache(layout);
    const auto steps = grow(cache, layout, shape, at::kFloat);
    const Definition definition(layout, shape);
    std::vector<GrowthStep> before;
    for (const auto& step : steps) {
      before.push_back(step);
      EXPECT_LT(golden::relative_error(step.out, definition.of(step, before)), 1e-5);
    }
  }
}

}  // namespace
}  // namespace r2rank::model
