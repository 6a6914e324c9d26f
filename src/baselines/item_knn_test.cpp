#include "baselines/item_knn.h"

#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "baselines/golden_values.h"

namespace r2rank::baselines {
namespace {

/// Trains on every event, so that a history can be asked about whole.
data::Split train_on_all(const data::Dataset& dataset) {
  data::Split split;
  for (int64_t user = 0; user < dataset.users(); ++user) {
    split.training_end.push_back(static_cast<int32_t>(dataset.events(user).size()));
  }
  return split;
}

data::Slate whole_history_slate(const data::Dataset& dataset, int32_t user, std::vector<int32_t> candidates) {
  auto slate = testing::last_event_slate(dataset, user, std::move(candidates));
  ++slate.history_end;
  return slate;
}

std::set<int32_t> users_of(const data::Dataset& dataset, const data::Split& split, int32_t item) {
  std::set<int32_t> users;
  for (int32_t user = 0; user < dataset.users(); ++user) {
    for (const auto& event : dataset.events(user).first(split.training_end[user])) {
      if (event.item == item) users.insert(user);
    }
  }
  return users;
}

double cosine(const std::set<int32_t>& a, const std::set<int32_t>& b) {
  if (a.empty() || b.empty()) return 0;
  double shared = 0;
  for (const int32_t user : a) shared += b.contains(user) ? 1 : 0;
  return shared / std::sqrt(static_cast<double>(a.size() * b.size()));
}

class ItemKnnGolden : public ::testing::Test {
 protected:
  nlohmann::json golden_ = testing::golden_values()["item_knn"];
  data::Dataset dataset_ = testing::dataset_of(golden_["histories"].get<std::vector<std::vector<int32_t>>>(),
                                               golden_["items"].get<int64_t>());
  data::Split split_ = train_on_all(dataset_);
};

TEST_F(ItemKnnGolden, EqualsRecBoleWithAllNeighbours) {
  const auto scorer = make_item_knn({dataset_, split_}, {});
  for (int32_t user = 0; user < dataset_.users(); ++user) {
    const auto scores = scorer->score(whole_history_slate(dataset_, user, testing::all_items(dataset_)));
    for (size_t item = 0; item < scores.size(); ++item) {
      EXPECT_NEAR(scores[item], golden_["all"][user][item].get<double>(), 2e-6) << user << " " << item;
    }
  }
}

TEST_F(ItemKnnGolden, EqualsRecBoleWithSixNeighboursWhereTheSixthIsNotTied) {
  const auto scorer = make_item_knn({dataset_, split_}, {.neighbours = golden_["few"].get<int64_t>()});
  const auto untied = golden_["untied_items"].get<std::vector<int32_t>>();
  for (int32_t user = 0; user < dataset_.users(); ++user) {
    const auto scores = scorer->score(whole_history_slate(dataset_, user, untied));
    for (size_t i = 0; i < untied.size(); ++i) {
      EXPECT_NEAR(scores[i], golden_["scores_few"][user][i].get<double>(), 2e-6) << user << " " << untied[i];
    }
  }
}

TEST(ItemKnn, EqualsBruteForceOnTrainingEventsWithRepeatedItems) {
  const auto dataset = testing::random_dataset(11, 40, 15);
  const auto split = testing::leave_last_two(dataset);
  const auto scorer = make_item_knn({dataset, split}, {});
  for (int32_t user = 0; user < dataset.users(); ++user) {
    const auto slate = testing::last_event_slate(dataset, user, testing::all_items(dataset));
    const auto scores = scorer->score(slate);
    std::set<int32_t> history;
    for (const auto& event : dataset.events(user).first(slate.history_end)) history.insert(event.item);
    for (const int32_t item : slate.candidates) {
      double expected = 0;
      for (const int32_t other : history) {
        if (other != item)
          expected += cosine(users_of(dataset, split, item), users_of(dataset, split, other));
      }
      EXPECT_NEAR(scores[item], expected, 1e-6) << user << " " << item;
    }
  }
}

TEST(ItemKnn, KeepsTheLowerIndexOfEquallyNearNeighbours) {
  // Items 0, 1 and 2 each share one user with item 3 and are equally frequent.
  const auto dataset = testing::dataset_of({{0, 3}, {1, 3}, {2, 3}, {1}, {2}, {0}, {0, 1, 2, 3}}, 4);
  const auto split = train_on_all(dataset);
  const auto scorer = make_item_knn({dataset, split}, {.neighbours = 1});
  EXPECT_GT(scorer->score(whole_history_slate(dataset, 5, {3}))[0], 0);  // history: item 0
  EXPECT_EQ(scorer->score(whole_history_slate(dataset, 3, {3}))[0], 0);  // history: item 1
}

TEST(ItemKnn, BreaksTiesByPopularityOnlyWhenAsked) {
  // The user (history: item 0) shares nobody with items 1 and 2; item 2 has more buyers.
  const auto dataset = testing::dataset_of({{0, 1}, {1}, {2}, {2}, {2, 3}, {0, 3, 3}}, 4);
  data::Split split = train_on_all(dataset);
  split.training_end[0] = 1;
  const auto slate = testing::last_event_slate(dataset, 0, {1, 2});
  const auto plain = make_item_knn({dataset, split}, {})->score(slate);
  EXPECT_EQ(plain[0], plain[1]);
  const auto broken = make_item_knn({dataset, split}, {.ties_by_popularity = true})->score(slate);
  EXPECT_LT(broken[0], broken[1]);
}

TEST(ItemKnn, BreakingTiesNeverReversesUnequalScores) {
  const auto dataset = testing::random_dataset(5, 60, 20);
  const auto split = testing::leave_last_two(dataset);
  const auto plain = make_item_knn({dataset, split}, {});
  const auto broken = make_item_knn({dataset, split}, {.ties_by_popularity = true});
  for (int32_t user = 0; user < dataset.users(); ++user) {
    const auto slate = testing::last_event_slate(dataset, user, testing::all_items(dataset));
    const auto a = plain->score(slate);
    const auto b = broken->score(slate);
    for (size_t i = 0; i < a.size(); ++i) {
      for (size_t j = 0; j < a.size(); ++j) {
        EXPECT_TRUE(a[i] <= a[j] + 1e-8 || b[i] > b[j]);
      }
    }
  }
}

TEST(ItemKnn, RefusesLessThanOneNeighbour) {
  const auto dataset = testing::random_dataset(5, 3, 4);
  const auto split = testing::leave_last_two(dataset);
  EXPECT_THROW(make_item_knn({dataset, split}, {.neighbours = 0}), base::Error);
}

TEST(ItemKnn, ScoresTheCatalogueAsItScoresSlates) {
  const auto dataset = testing::random_dataset(2, 60, 25);
  const auto split = testing::leave_last_two(dataset);
  const auto scorer = make_item_knn({dataset, split}, {.neighbours = 5, .ties_by_popularity = true});
  std::vector<data::Slate> slates;
  for (int32_t user = 0; user < dataset.users(); ++user) {
    slates.push_back(testing::last_event_slate(dataset, user, testing::all_items(dataset)));
  }
  const auto all = testing::catalogue_scores(*scorer, slates, std::ssize(dataset.items));
  for (size_t i = 0; i < slates.size(); ++i) {
    const auto expected = scorer->score(slates[i]);
    ASSERT_EQ(all[i].size(), expected.size());
    for (size_t item = 0; item < expected.size(); ++item) EXPECT_NEAR(all[i][item], expected[item], 1e-6);
  }
}

TEST(ItemKnn, BreaksTiesOfTheCatalogueAsThoseOfSlates) {
  // Items 1 and 2 are equally near to item 0: one of one user, 1 / sqrt(1 * 4), two of four, 2 / sqrt(4 * 4).
  const auto dataset = testing::dataset_of({{0, 1}, {0, 2}, {0, 2}, {2}, {2}, {0}}, 3);
  const auto split = train_on_all(dataset);
  const auto scorer = make_item_knn({dataset, split}, {.ties_by_popularity = true});
  const std::vector slates = {whole_history_slate(dataset, 5, testing::all_items(dataset))};
  const auto expected = scorer->score(slates[0]);
  EXPECT_GT(expected[2], expected[1]);
  EXPECT_EQ(static_cast<float>(expected[2]), static_cast<float>(expected[1])) << "no room for the difference";
  const auto all = testing::catalogue_scores(*scorer, slates, 3)[0];
  EXPECT_GT(all[2], all[1]);
  EXPECT_NEAR(all[2], 0.5, 1e-6);
}

TEST(ItemKnn, RefusesNeighbourListsThatDoNotFit) {
  EXPECT_NO_THROW(check_item_knn_memory(1'000'000, 1e9));
  try {
    check_item_knn_memory(1'000'000'000, 8e9);
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kResource);
    EXPECT_NE(std::string(error.what()).find("set neighbours lower"), std::string::npos) << error.what();
  }
}

TEST(ItemKnn, ShrinkAddsToTheDenominator) {
  // Items 0 and 1 share two users; item 0 has three, item 1 two.
  const auto dataset = testing::dataset_of({{0, 1}, {0, 1}, {0}}, 2);
  const auto split = train_on_all(dataset);
  const auto scorer = make_item_knn({dataset, split}, {.shrink = 4});
  const auto scores = scorer->score(whole_history_slate(dataset, 2, {1}));
  EXPECT_NEAR(scores[0], 2 / (std::sqrt(6.0) + 4), 1e-7);
}

}  // namespace
}  // namespace r2rank::baselines
