#include "experiment/sampled_results.h"

#include <gtest/gtest.h>

#include "experiment/test_components.h"

namespace r2rank::experiment {
namespace {

using testing::Components;

TEST(SampledResults, AreThoseOfTheSampledSlatesEvenByWayOfALargerSample) {
  const Components world(60);
  const data::SlateSample few{.count = 10}, more{.count = 30};
  auto whole = world.slates;
  const std::string hash = "content";
  whole.hash = hash;
  const auto slates = data::sampled_slates(whole, world.dataset, few);
  ASSERT_EQ(slates.slates.size(), 10U);
  EXPECT_EQ(slates.hash, "content:sample10-seed7");
  auto results = world.scorer("a", 1);
  results.slates_hash = hash;
  const auto direct = sampled_results(results, few);
  const auto by_way = sampled_results(sampled_results(results, more), few);
  EXPECT_EQ(direct.slates_hash, slates.hash);
  EXPECT_EQ(by_way.slates_hash, slates.hash);
  EXPECT_EQ(by_way.scores, direct.scores);
  for (size_t i = 0; i < 10; ++i) EXPECT_EQ(direct.slate_ids[i], slates.slates[i].id);
  EXPECT_EQ(direct.values.at("ndcg@10").size(), 10U);
  EXPECT_EQ(sampled_results(results, {}).slates_hash, hash);
}

}  // namespace
}  // namespace r2rank::experiment
