#include "baselines/neural/sequence_attention.h"

#include <gtest/gtest.h>

#include <cmath>

namespace r2rank::baselines {
namespace {

TEST(SequenceAttention, SeesItsOwnSequenceAndCausallyNothingLater) {
  PackedSequences input;
  input.clear();
  for (const int64_t length : {2, 1}) {
    input.begin(0);
    for (int64_t i = 0; i < length; ++i) input.push(1);
  }
  const std::vector<float> queries = {1, 1, 1};
  const std::vector<float> keys_values = {0, 1, 2, 3, 5, 7};  // [3, 2]: key, value
  const double share = std::exp(2) / (1 + std::exp(2));       // of the second token beside the first
  for (const bool causal : {true, false}) {
    SequenceAttention attention({.heads = 1, .width = 1, .causal = causal});
    std::vector<float> context(3);
    attention.forward(input, {0, 1, 2}, queries.data(), keys_values.data(), Dropout(), context.data());
    EXPECT_NEAR(context[0], causal ? 1 : 1 + 2 * share, 1e-5);
    EXPECT_NEAR(context[1], 1 + 2 * share, 1e-5);
    EXPECT_NEAR(context[2], 7, 1e-5);
  }
}

}  // namespace
}  // namespace r2rank::baselines
