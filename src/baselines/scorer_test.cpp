#include "baselines/scorer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "baselines/test_data.h"

namespace r2rank::baselines {
namespace {

class EveryBaseline : public ::testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<Scorer> make(const data::Dataset& dataset, const data::Split& split) {
    return make_baseline(GetParam(), {dataset, split}, 7);
  }
};

TEST_P(EveryBaseline, CallsItselfByItsName) {
  const auto dataset = testing::random_dataset(1, 20, 12);
  const auto split = testing::leave_last_two(dataset);
  EXPECT_EQ(make(dataset, split)->name(), GetParam());
}

TEST_P(EveryBaseline, ReadsNoTokens) {
  const auto dataset = testing::random_dataset(1, 20, 12);
  const auto split = testing::leave_last_two(dataset);
  EXPECT_EQ(make(dataset, split)->tokens(), 0);
}

TEST_P(EveryBaseline, GivesThePermutedSlateThePermutedScores) {
  const auto dataset = testing::random_dataset(1, 30, 12);
  const auto split = testing::leave_last_two(dataset);
  const auto scorer = make(dataset, split);
  for (int32_t user = 0; user < dataset.users(); ++user) {
    auto slate = testing::last_event_slate(dataset, user, testing::all_items(dataset));
    auto scores = scorer->score(slate);
    std::reverse(slate.candidates.begin(), slate.candidates.end());
    if (GetParam() != "incoming") std::reverse(scores.begin(), scores.end());  // the control scores places
    EXPECT_EQ(scorer->score(slate), scores);
  }
}

TEST_P(EveryBaseline, ScoresASlateTheSameWhateverWasScoredBefore) {
  const auto dataset = testing::random_dataset(2, 30, 12);
  const auto split = testing::leave_last_two(dataset);
  const auto used = make(dataset, split);
  for (int32_t user = 0; user < dataset.users(); ++user) {
    const auto slate = testing::last_event_slate(dataset, user, testing::all_items(dataset));
    EXPECT_EQ(used->score(slate), make(dataset, split)->score(slate));
  }
}

TEST_P(EveryBaseline, ScoresTheCatalogueAsItScoresAllItemsAsCandidates) {
  const auto dataset = testing::random_dataset(2, 30, 12);
  const auto split = testing::leave_last_two(dataset);
  const auto scorer = make(dataset, split);
  std::vector<data::Slate> slates;
  for (int32_t user = 0; user < dataset.users(); ++user)
    slates.push_back(testing::last_event_slate(dataset, user, {user % 12}));
  const auto scores = testing::catalogue_scores(*scorer, slates, 12);
  ASSERT_EQ(scores.size(), slates.size());
  for (size_t i = 0; i < slates.size(); ++i) {
    auto slate = slates[i];
    slate.candidates = testing::all_items(dataset);
    const auto expected = scorer->score(slate);
    ASSERT_EQ(scores[i].size(), expected.size());
    for (size_t item = 0; item < expected.size(); ++item)
      EXPECT_FLOAT_EQ(scores[i][item], static_cast<float>(expected[item]));
  }
}

TEST_P(EveryBaseline, ScoresABatchAsItScoresItsSlates) {
  const auto dataset = testing::random_dataset(2, 3, 12);
  const auto split = testing::leave_last_two(dataset);
  const auto scorer = make(dataset, split);
  std::vector<data::Slate> slates;
  std::vector<std::vector<double>> expected;
  for (int32_t user = 0; user < dataset.users(); ++user) {
    slates.push_back(testing::last_event_slate(dataset, user, {1, 2, 3}));
    expected.push_back(scorer->score(slates.back()));
  }
  EXPECT_EQ(scorer->batch_size(), 1);
  EXPECT_EQ(scorer->score_batch(slates), expected);
}

TEST_P(EveryBaseline, SeesNoTargetOfAnyUser) {
  auto dataset = testing::random_dataset(3, 30, 12);
  auto other = dataset;
  for (int64_t user = 0; user < dataset.users(); ++user) {
    auto& target = other.interactions[other.user_offsets[user + 1] - 1];
    target.item = (target.item + 5) % 12;
  }
  const auto split = testing::leave_last_two(dataset);
  const auto scorer = make(dataset, split);
  const auto other_scorer = make(other, split);
  for (int32_t user = 0; user < dataset.users(); ++user) {
    const auto slate = testing::last_event_slate(dataset, user, testing::all_items(dataset));
    EXPECT_EQ(scorer->score(slate), other_scorer->score(slate));
  }
}

TEST_P(EveryBaseline, LearnsNothingFromOtherUsersValidationEvents) {
  const auto dataset = testing::random_dataset(4, 30, 12);
  auto other = dataset;
  for (int64_t user = 1; user < dataset.users(); ++user) {
    auto& validation = other.interactions[other.user_offsets[user + 1] - 2];
    validation.item = (validation.item + 5) % 12;
  }
  const auto split = testing::leave_last_two(dataset);
  const auto slate = testing::last_event_slate(dataset, 0, testing::all_items(dataset));
  EXPECT_EQ(make(dataset, split)->score(slate), make(other, split)->score(slate));
}

TEST_P(EveryBaseline, ScoresUsersAndItemsWithoutTraining) {
  const auto dataset = testing::dataset_of({{0, 1}, {2, 3}, {1}}, 6);
  const auto split = testing::leave_last_two(dataset);
  const auto scorer = make(dataset, split);
  for (int32_t user = 0; user < 3; ++user) {
    for (const double score : scorer->score(testing::last_event_slate(dataset, user, {5, 4, 0}))) {
      EXPECT_TRUE(std::isfinite(score));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Baselines, EveryBaseline, ::testing::ValuesIn(baseline_names()),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(MakeBaseline, SuggestsTheNearestNameForAnUnknownOne) {
  const auto dataset = testing::random_dataset(1, 3, 12);
  const auto split = testing::leave_last_two(dataset);
  try {
    make_baseline("popularty", {dataset, split}, 7);
    FAIL() << "an unknown name was accepted";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    EXPECT_NE(std::string(error.what()).find("did you mean 'popularity'?"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace r2rank::baselines
