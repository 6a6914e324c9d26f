#include "baselines/neural/ease.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "baselines/test_data.h"

namespace r2rank::baselines {
namespace {

data::Split train_on_all(const data::Dataset& dataset) {
  data::Split split;
  for (int64_t user = 0; user < dataset.users(); ++user) {
    split.training_end.push_back(static_cast<int32_t>(dataset.events(user).size()));
  }
  return split;
}

/// What tools/golden/ease.py computed with numpy.
class EaseGolden : public ::testing::TestWithParam<std::string> {
 protected:
  data::Slate whole_history_slate(int32_t user) const {
    auto slate = testing::last_event_slate(dataset_, user, testing::all_items(dataset_));
    ++slate.history_end;
    return slate;
  }
  nlohmann::json golden_ =
      nlohmann::json::parse(base::read_file(R2RANK_SOURCE_DIR "/tests/golden/ease.json"));
  data::Dataset dataset_ = testing::dataset_of(golden_["histories"].get<std::vector<std::vector<int32_t>>>(),
                                               golden_["items"].get<int64_t>());
  data::Split split_ = train_on_all(dataset_);
};

TEST_P(EaseGolden, EqualsNumpy) {
  for (const auto& expected : golden_["cases"]) {
    const auto scorer =
        make_ease({dataset_, split_},
                  {.regularisation = expected["regularisation"].get<double>(), .precision = GetParam()});
    for (int32_t user = 0; user < dataset_.users(); ++user) {
      const auto scores = scorer->score(whole_history_slate(user));
      for (size_t item = 0; item < scores.size(); ++item) {
        ASSERT_NEAR(scores[item], expected["scores"][user][item].get<double>(), 5e-6) << user << " " << item;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Precisions, EaseGolden, ::testing::Values("f32", "f64"));

class Ease : public ::testing::Test {
 protected:
  data::Dataset dataset_ = testing::random_dataset(1, 50, 20);
  data::Split split_ = testing::leave_last_two(dataset_);
};

TEST_F(Ease, ScoresTheCatalogueAsItScoresSlates) {
  const auto scorer = make_ease({dataset_, split_}, {.most_items = 15});
  std::vector<data::Slate> slates;
  for (const int32_t user : {0, 7, 49}) {
    slates.push_back(testing::last_event_slate(dataset_, user, testing::all_items(dataset_)));
  }
  const auto all = testing::catalogue_scores(*scorer, slates, std::ssize(dataset_.items));
  for (size_t i = 0; i < slates.size(); ++i) {
    const auto expected = scorer->score(slates[i]);
    ASSERT_EQ(all[i].size(), expected.size());
    for (size_t item = 0; item < expected.size(); ++item) EXPECT_NEAR(all[i][item], expected[item], 1e-6);
  }
}

TEST_F(Ease, LeavesTheLeastPopularItemsOutOfALargeCatalogue) {
  const auto dataset = testing::dataset_of({{0, 1, 2, 9, 9}, {0, 1, 2, 9, 9}, {0, 1, 9, 9}}, 4 + 6);
  const auto split = testing::leave_last_two(dataset);
  const auto scores =
      make_ease({dataset, split}, {.most_items = 2})->score(testing::last_event_slate(dataset, 0, {0, 1, 2}));
  EXPECT_GT(scores[0], 0);
  EXPECT_GT(scores[1], 0);
  EXPECT_EQ(scores[2], 0);  // third in popularity
}

TEST_F(Ease, CountsARepeatedHistoryItemOnce) {
  const auto dataset = testing::dataset_of({{0, 1, 2, 3, 9}, {0, 0, 0, 9}}, 10);
  const auto split = testing::leave_last_two(dataset);
  const auto scorer = make_ease({dataset, split}, {});
  auto slate = testing::last_event_slate(dataset, 1, {1, 2});
  const auto thrice = scorer->score(slate);
  slate.history_end = 1;
  EXPECT_EQ(scorer->score(slate), thrice);
}

TEST_F(Ease, GivesAUserWithoutHistoryNothing) {
  auto slate = testing::last_event_slate(dataset_, 0, {1, 2});
  slate.history_end = 0;
  EXPECT_EQ(make_ease({dataset_, split_}, {})->score(slate), (std::vector<double>{0, 0}));
}

TEST(EaseMemory, IsAskedForWithFigures) {
  constexpr double kGib = 1024.0 * 1024 * 1024;
  EXPECT_NO_THROW(check_ease_memory(40'000, {}, 19.2e9));
  try {
    check_ease_memory(40'000, {}, 3 * kGib);
    FAIL() << "more than is there was taken";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kResource);
    for (const char* part : {"17.9 GiB", "40000 items", "3.0 GiB free", "at most 16384"})
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
  EXPECT_THROW(check_ease_memory(20'000, {.precision = "f64"}, 9e9), base::Error);
}

TEST_F(Ease, RefusesSettingsOutOfRange) {
  for (const auto& options :
       {EaseOptions{.regularisation = 0}, EaseOptions{.regularisation = NAN}, EaseOptions{.most_items = 0}}) {
    try {
      make_ease({dataset_, split_}, options);
      FAIL() << "a bad setting was accepted";
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    }
  }
}

}  // namespace
}  // namespace r2rank::baselines
