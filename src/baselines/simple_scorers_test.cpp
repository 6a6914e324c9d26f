#include "baselines/simple_scorers.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "baselines/test_data.h"

namespace r2rank::baselines {
namespace {

data::Slate slate_of(int64_t id, std::vector<int32_t> candidates) {
  data::Slate slate;
  slate.id = id;
  slate.candidates = std::move(candidates);
  return slate;
}

TEST(RandomScorer, DependsOnSeedSlateAndItemAlone) {
  const auto scorer = make_random(7);
  const auto first = scorer->score(slate_of(3, {10, 20, 30}));
  EXPECT_EQ(scorer->score(slate_of(3, {30, 10, 20})), (std::vector<double>{first[2], first[0], first[1]}));
  EXPECT_EQ(make_random(7)->score(slate_of(3, {10, 20, 30})), first);
  EXPECT_NE(scorer->score(slate_of(4, {10, 20, 30})), first);
  EXPECT_NE(make_random(8)->score(slate_of(3, {10, 20, 30})), first);
}

TEST(RandomScorer, PutsEveryPlaceFirstEquallyOften) {
  const auto scorer = make_random(1);
  std::vector<int> first(4, 0);
  for (int64_t id = 0; id < 4000; ++id) {
    const auto scores = scorer->score(slate_of(id, {5, 6, 7, 8}));
    ++first[std::max_element(scores.begin(), scores.end()) - scores.begin()];
  }
  for (const int count : first) EXPECT_NEAR(count, 1000, 120);  // 4.4 standard deviations
}

TEST(ConstantScorer, GivesEveryCandidateTheSame) {
  EXPECT_EQ(make_constant()->score(slate_of(1, {4, 2, 9})), (std::vector<double>{0, 0, 0}));
}

TEST(IncomingScorer, PrefersWhatCameFirst) {
  const auto scores = make_incoming()->score(slate_of(1, {4, 2, 9}));
  EXPECT_GT(scores[0], scores[1]);
  EXPECT_GT(scores[1], scores[2]);
}

TEST(PopularityScorer, CountsTrainingEvents) {
  const auto dataset = testing::dataset_of({{0, 1, 2, 2}, {0, 3, 2}, {1, 0, 3, 3, 3}}, 4);
  const auto split = testing::leave_last_two(dataset);
  const auto scores = make_popularity({dataset, split})->score(slate_of(1, {3, 2, 1, 0}));
  EXPECT_EQ(scores, (std::vector<double>{1, 0, 2, 3}));
}

}  // namespace
}  // namespace r2rank::baselines
