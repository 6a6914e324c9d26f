#include "metrics/exposure.h"

#include <gtest/gtest.h>

#include "metrics/golden_evaluation.h"

namespace r2rank::metrics {
namespace {

using Scores = std::vector<double>;
using Places = std::vector<int32_t>;

TEST(Exposure, MatchesRecBole) {
  for (const auto& golden : testing::golden_evaluation().at("lists")) {
    const auto counts = golden.at("counts").get<std::vector<double>>();
    const auto popularity = golden.at("popularity").get<std::vector<double>>();
    Exposure exposure(golden.at("items").get<int64_t>());
    for (size_t user = 0; user < popularity.size(); ++user) {
      const auto candidates = golden.at("candidates")[user].get<Places>();
      const auto top = top_items(golden.at("scores")[user].get<Scores>(), golden.at("k"));
      exposure.add(candidates, top);
      EXPECT_NEAR(mean_over_top(top, [&](int32_t place) { return counts[candidates[place]]; }),
                  popularity[user], 1e-12);
    }
    EXPECT_NEAR(exposure.covered() / static_cast<double>(counts.size()), golden.at("coverage").get<double>(),
                1e-12);
    EXPECT_NEAR(exposure.gini(), golden.at("gini").get<double>(), 1e-12);
  }
}

TEST(Exposure, CountsTiedItemsByTheirProbability) {
  Exposure exposure(5);
  const Places candidates = {0, 1, 2};
  exposure.add(candidates, top_items(Scores{1, 1, 0}, 1));
  EXPECT_DOUBLE_EQ(exposure.covered(), 1);
  exposure.add(candidates, top_items(Scores{1, 1, 0}, 1));
  EXPECT_DOUBLE_EQ(exposure.covered(), 1.5);  // the second slate takes the other item half of the time
  EXPECT_EQ(exposure.offered(), 3);
  // Expected counts 0, 0, 0, 1, 1: (2 * 4 - 6 + 2 * 5 - 6) / (5 * 2).
  EXPECT_DOUBLE_EQ(exposure.gini(), 0.6);
}

TEST(Exposure, OfNothingIsNothing) {
  const Exposure exposure(3);
  EXPECT_EQ(exposure.covered(), 0);
  EXPECT_EQ(exposure.offered(), 0);
  EXPECT_EQ(exposure.gini(), 0);
}

}  // namespace
}  // namespace r2rank::metrics
