#include "baselines/tfidf.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "baselines/golden_values.h"

namespace r2rank::baselines {
namespace {

/// scikit-learn's own defaults, but for the pairs.
constexpr TfidfOptions kEveryTerm = {.sublinear = false, .fewest_documents = 1, .largest_share = 1};

void expect_golden_scores(const std::string& key, const TfidfOptions& options) {
  const auto golden = testing::golden_values();
  const auto dataset = testing::golden_text_dataset(golden);
  const auto scorer = make_tfidf(dataset, options);
  for (int32_t user = 0; user < dataset.users(); ++user) {
    const auto scores = scorer->score(testing::last_event_slate(dataset, user, testing::all_items(dataset)));
    const auto expected = golden[key][user].get<std::vector<double>>();
    ASSERT_EQ(scores.size(), expected.size());
    for (size_t item = 0; item < scores.size(); ++item) {
      EXPECT_NEAR(scores[item], expected[item], 1e-6) << "user " << user << " item " << item;
    }
  }
}

TEST(Tfidf, EqualsScikitLearnWithItsDefaults) {
  expect_golden_scores("tfidf", kEveryTerm);
}

TEST(Tfidf, EqualsScikitLearnSublinearWithoutRareAndFrequentTerms) {
  expect_golden_scores("tfidf_chosen_terms",
                       {.sublinear = true, .fewest_documents = 2, .largest_share = 0.25});
}

TEST(Tfidf, LeavesOutWordsThatMostOfTheCatalogueHas) {
  auto dataset = testing::dataset_of({{0, 1}}, 4);
  dataset.items[0].title = "the hex bolt";
  dataset.items[1].title = "the hex nut";
  dataset.items[2].title = "the tomato soup";
  dataset.items[3].title = "the hex tomato";
  const TfidfOptions options = {.pairs = false, .fewest_documents = 2, .largest_share = 0.75};
  const auto scores = make_tfidf(dataset, options)->score(testing::last_event_slate(dataset, 0, {1, 2, 3}));
  EXPECT_NEAR(scores[0], 1, 1e-6);  // of both texts only "hex" is left
  EXPECT_EQ(scores[1], 0);
  EXPECT_GT(scores[2], 0);
  EXPECT_LT(scores[2], 1);
}

TEST(Tfidf, PutsTheItemThatSharesWordsFirst) {
  auto dataset = testing::dataset_of({{0, 1, 2}}, 4);
  dataset.items[0].title = "hex bolt steel";
  dataset.items[1].title = "hex nut steel";
  dataset.items[2].title = "steel hex washer";
  dataset.items[3].title = "tomato soup";
  const auto scores = make_tfidf(dataset, kEveryTerm)->score(testing::last_event_slate(dataset, 0, {2, 3}));
  EXPECT_GT(scores[0], scores[1]);
  EXPECT_EQ(scores[1], 0);
}

TEST(Tfidf, ScoresZeroWhereThereIsNoText) {
  const auto dataset = testing::dataset_of({{0, 1, 2}}, 3);
  EXPECT_EQ(make_tfidf(dataset, {})->score(testing::last_event_slate(dataset, 0, {2, 1})),
            (std::vector<double>{0, 0}));
}

TEST(Tfidf, LooksOnlyAtTheLastItemsOfTheHistory) {
  auto dataset = testing::random_dataset(3, 5, 20);
  const auto slate = testing::last_event_slate(dataset, 1, {1, 2, 3, 4});
  const auto scorer = make_tfidf(dataset, {.history = 2, .largest_share = 1});
  const auto before = scorer->score(slate);
  const auto first = dataset.user_offsets[1];
  ASSERT_GT(slate.history_end, 2);
  dataset.interactions[first].item = (dataset.interactions[first].item + 1) % 20;
  EXPECT_EQ(scorer->score(slate), before);
  dataset.interactions[first + slate.history_end - 1].item +=
      dataset.interactions[first + slate.history_end - 1].item ? -1 : 1;
  EXPECT_NE(scorer->score(slate), before);
}

TEST(Tfidf, RefusesImpossibleOptions) {
  const auto dataset = testing::dataset_of({{0, 1, 2}}, 3);
  EXPECT_THROW(make_tfidf(dataset, {.history = 0}), base::Error);
  EXPECT_THROW(make_tfidf(dataset, {.fewest_documents = 0}), base::Error);
  EXPECT_THROW(make_tfidf(dataset, {.largest_share = 0}), base::Error);
  EXPECT_THROW(make_tfidf(dataset, {.largest_share = NAN}), base::Error);
}

}  // namespace
}  // namespace r2rank::baselines
