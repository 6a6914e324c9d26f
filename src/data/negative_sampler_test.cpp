#include "data/negative_sampler.h"

#include <algorithm>
#include <set>

#include "data/test_support.h"

namespace r2rank::data {
namespace {

base::RandomStream stream(uint64_t key) {
  return {7, base::Purpose::kNegatives, key};
}

std::vector<int32_t> all_events(const Dataset& dataset) {
  std::vector<int32_t> ends;
  for (int64_t user = 0; user < dataset.users(); ++user)
    ends.push_back(static_cast<int32_t>(dataset.events(user).size()));
  return ends;
}

TEST(KnownItems, AreSortedAndDistinct) {
  EXPECT_EQ(known_items(testing::dataset_of({{3, 1, 3}}, 4), 0), (std::vector<int32_t>{1, 3}));
  EXPECT_EQ(known_items(testing::dataset_of({{3, 1, 3}}, 4), 0, 1), (std::vector<int32_t>{3}));
}

TEST(NegativeSampler, DrawsDistinctItemsThatAreNotExcludedAndWereInteractedWith) {
  const Dataset dataset =
      testing::dataset_of({{0, 1, 2, 3}, {4, 5, 6, 7}}, 10);  // 8 and 9 have no interactions
  const NegativeSampler sampler(dataset, all_events(dataset), "uniform");
  EXPECT_EQ(sampler.distinct_items(), 8);
  const std::vector<int32_t> excluded{0, 1};
  for (uint64_t key = 0; key < 200; ++key) {
    auto random = stream(key);
    const auto drawn = sampler.draw(random, excluded, 4);
    const std::set<int32_t> distinct(drawn.begin(), drawn.end());
    EXPECT_EQ(distinct.size(), 4U);
    EXPECT_GE(*distinct.begin(), 2);
    EXPECT_LE(*distinct.rbegin(), 7);
  }
}

TEST(NegativeSampler, GivesEverythingWhenEverythingIsAskedFor) {
  const Dataset dataset = testing::dataset_of({{0, 1, 2, 3, 4, 5}}, 6);
  const NegativeSampler sampler(dataset, all_events(dataset), "uniform");
  auto random = stream(1);
  auto drawn = sampler.draw(random, std::vector<int32_t>{3}, 5);
  std::sort(drawn.begin(), drawn.end());
  EXPECT_EQ(drawn, (std::vector<int32_t>{0, 1, 2, 4, 5}));
}

TEST(NegativeSampler, SaysHowManyItemsTheCatalogueCanGive) {
  const Dataset dataset = testing::dataset_of({{0, 1, 2}}, 50);
  const NegativeSampler sampler(dataset, all_events(dataset), "uniform");
  EXPECT_EQ(sampler.available(std::vector<int32_t>{}), 3);
  EXPECT_EQ(sampler.available(std::vector<int32_t>{0, 40}), 2) << "40 could not be drawn anyway";
  EXPECT_EQ(sampler.available(std::vector<int32_t>{0, 1, 2}), 0);
}

/// Share of draws of one item that give item 0, 1, 2.
std::vector<double> shares(const NegativeSampler& sampler, const std::vector<int32_t>& excluded, int items) {
  std::vector<double> share(static_cast<size_t>(items), 0);
  constexpr int kDraws = 20000;
  for (int i = 0; i < kDraws; ++i) {
    auto random = stream(static_cast<uint64_t>(i));
    share[static_cast<size_t>(sampler.draw(random, excluded, 1)[0])] += 1.0 / kDraws;
  }
  return share;
}

TEST(NegativeSampler, UniformDrawsAreUniform) {
  const Dataset dataset = testing::dataset_of({{0, 1, 2}, {0, 1}, {0}}, 3);
  const auto share = shares(NegativeSampler(dataset, all_events(dataset), "uniform"), {}, 3);
  for (const double value : share) EXPECT_NEAR(value, 1.0 / 3, 0.015);
}

TEST(NegativeSampler, PopularDrawsFollowTrainingCountsOnly) {
  const Dataset dataset = testing::dataset_of({{0, 1, 2}, {0, 1, 2}, {0, 3, 2}}, 4);
  const std::vector<int32_t> training_end{2, 2, 1};  // item 0 thrice, item 1 twice; 2 and 3 never
  const NegativeSampler sampler(dataset, training_end, "popularity");
  EXPECT_EQ(sampler.distinct_items(), 2);
  const auto share = shares(sampler, {}, 4);
  EXPECT_NEAR(share[0], 0.6, 0.015);
  EXPECT_NEAR(share[1], 0.4, 0.015);
  EXPECT_EQ(share[2] + share[3], 0);
}

TEST(NegativeSampler, SmoothedDrawsGiveItemsThatTrainingNeverSawToo) {
  const Dataset dataset = testing::dataset_of({{0, 1, 2}, {0, 1, 2}, {0, 3, 2}}, 5);
  const std::vector<int32_t> training_end{2, 2, 1};  // item 0 thrice, item 1 twice; 2 and 3 never, 4 nowhere
  const NegativeSampler sampler(dataset, training_end, "smoothed-popularity");
  EXPECT_EQ(sampler.distinct_items(), 4);
  const auto share = shares(sampler, {}, 5);
  EXPECT_NEAR(share[0], 4 / 9.0, 0.015);
  EXPECT_NEAR(share[1], 3 / 9.0, 0.015);
  EXPECT_NEAR(share[2], 1 / 9.0, 0.015);
  EXPECT_NEAR(share[3], 1 / 9.0, 0.015);
  EXPECT_EQ(share[4], 0);
}

TEST(NegativeSampler, TheExactWayForRareItemsHasTheSameDistribution) {
  // Item 0 makes up nearly all of the pool and is excluded, so that rejection gives up and 1 and 2 are drawn
  // exactly.
  std::vector<std::vector<int32_t>> histories(3000, {0});
  histories[0] = {0, 1};
  histories[1] = {0, 2};
  histories[2] = {0, 2};
  const Dataset dataset = testing::dataset_of(histories, 3);
  const auto share = shares(NegativeSampler(dataset, all_events(dataset), "popularity"), {0}, 3);
  EXPECT_EQ(share[0], 0);
  EXPECT_NEAR(share[1], 1.0 / 3, 0.015);
  EXPECT_NEAR(share[2], 2.0 / 3, 0.015);
}

}  // namespace
}  // namespace r2rank::data
