#include "data/slate_builder.h"

#include <algorithm>

#include "data/test_support.h"

namespace r2rank::data {
namespace {

Slate build(const Dataset& dataset, int32_t user, int32_t position, uint64_t seed = 7) {
  const std::vector<int32_t> ends(dataset.user_ids.size(), 0);
  return build_slate(dataset, {user, position, 1}, position + 1, 5, NegativeSampler(dataset, ends, "uniform"),
                     held_out_streams(seed, dataset.user_ids[user], position));
}

TEST(SlateBuilder, LabelsTheTargetAlone) {
  const Dataset dataset = testing::regular_dataset(30, 6, 40);
  const Slate slate = build(dataset, 3, 4);
  EXPECT_EQ(slate.id, dataset.user_offsets[3] + 4);
  EXPECT_EQ(slate.history_end, 4);
  ASSERT_EQ(slate.candidates.size(), 6U);
  for (size_t i = 0; i < slate.candidates.size(); ++i)
    EXPECT_EQ(slate.relevance[i], slate.candidates[i] == dataset.events(3)[4].item ? 1.0F : 0.0F);
  EXPECT_EQ(std::count(slate.relevance.begin(), slate.relevance.end(), 1.0F), 1);
}

TEST(SlateBuilder, DrawsWhatTheUserTakesAfterTraining) {
  const Dataset dataset = testing::dataset_of({{0, 1, 2, 3, 4}, {5, 6}}, 7);
  const std::vector<int32_t> ends = {3, 2};
  const Slate slate = build_slate(dataset, {0, 1, 1}, 3, 4, NegativeSampler(dataset, ends, "uniform"),
                                  held_out_streams(7, dataset.user_ids[0], 1));
  auto items = slate.candidates;
  std::sort(items.begin(), items.end());
  EXPECT_EQ(items, (std::vector<int32_t>{1, 3, 4, 5, 6}));
}

TEST(SlateBuilder, DependsOnSeedUserAndPosition) {
  const Dataset dataset = testing::regular_dataset(30, 6, 40);
  EXPECT_EQ(build(dataset, 3, 4).candidates, build(dataset, 3, 4).candidates);
  EXPECT_NE(build(dataset, 3, 4).candidates, build(dataset, 3, 4, 8).candidates);
  EXPECT_NE(build(dataset, 3, 4).candidates, build(dataset, 3, 5).candidates);
}

TEST(SlateBuilder, PutsTheTargetAnywhereAlike) {
  const Dataset dataset = testing::regular_dataset(600, 6, 40);
  std::vector<int> places(6, 0);
  for (int32_t user = 0; user < 600; ++user) {
    const Slate slate = build(dataset, user, 5);
    ++places[static_cast<size_t>(std::find(slate.relevance.begin(), slate.relevance.end(), 1.0F) -
                                 slate.relevance.begin())];
  }
  for (const int count : places) EXPECT_NEAR(count, 100, 40);
}

}  // namespace
}  // namespace r2rank::data
