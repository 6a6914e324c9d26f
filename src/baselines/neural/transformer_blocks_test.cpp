#include "baselines/neural/transformer_blocks.h"

#include <gtest/gtest.h>

namespace r2rank::baselines {
namespace {

TEST(TransformerBlocks, GiveSomePlacesTheStatesThatAllWouldHave) {
  FlatParameters parameters;
  TransformerBlocks blocks(parameters, 4, {.width = 8, .layers = 2, .heads = 2, .inner = 12},
                           {normal_draw(0.3), normal_draw(0.1), constant_draw(1), constant_draw(0)});
  parameters.allocate(2);
  blocks.refresh();
  PackedSequences input;
  input.clear();
  for (const int64_t length : {4, 3}) {
    input.begin(0);
    for (int64_t i = 0; i < length; ++i) input.push(1);
  }
  std::vector<float> x(7 * 8);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 13) * 0.1F;
  std::vector<float> y = x;
  const std::vector<int64_t> all = {0, 1, 2, 3, 4, 5, 6}, some = {2, 6};
  TransformerBlocksPass first(blocks), second(blocks);
  const auto& whole = first.forward(input, all, x, Dropout());
  const auto& part = second.forward(input, some, y, Dropout());
  ASSERT_EQ(part.size(), 16U);
  for (size_t i = 0; i < 16; ++i) EXPECT_NEAR(part[i], whole[some[i / 8] * 8 + i % 8], 1e-6);
}

}  // namespace
}  // namespace r2rank::baselines
