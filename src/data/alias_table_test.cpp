#include "data/alias_table.h"

#include <gtest/gtest.h>

#include <cmath>

namespace r2rank::data {
namespace {

TEST(AliasTable, DrawsInProportionToTheWeights) {
  const std::vector<double> weights = {1, 0, 5, 2.5, 1.5};
  const AliasTable table(weights);
  base::RandomStream stream(1, base::Purpose::kSynthetic);
  std::vector<double> counts(weights.size());
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) ++counts[static_cast<size_t>(table.draw(stream))];
  for (size_t i = 0; i < weights.size(); ++i) {
    const double share = weights[i] / 10;
    EXPECT_NEAR(counts[i] / kDraws, share, 4 * std::sqrt(share * (1 - share) / kDraws)) << i;
  }
  EXPECT_EQ(counts[1], 0);
}

}  // namespace
}  // namespace r2rank::data
