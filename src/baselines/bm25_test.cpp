#include "baselines/bm25.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "baselines/golden_values.h"

namespace r2rank::baselines {
namespace {

TEST(Bm25, EqualsBm25sWithLucenesFormula) {
  const auto golden = testing::golden_values();
  const auto dataset = testing::golden_text_dataset(golden);
  const auto scorer = make_bm25(dataset, {});
  for (int32_t user = 0; user < dataset.users(); ++user) {
    const auto scores = scorer->score(testing::last_event_slate(dataset, user, testing::all_items(dataset)));
    const auto expected = golden["bm25"][user].get<std::vector<double>>();
    ASSERT_EQ(scores.size(), expected.size());
    for (size_t item = 0; item < scores.size(); ++item) {
      EXPECT_NEAR(scores[item], expected[item], 1e-5 * std::max(1.0, expected[item])) << user << " " << item;
    }
  }
}

TEST(Bm25, CountsARareWordForMoreThanACommonOne) {
  auto dataset = testing::dataset_of({{0, 1}}, 5);
  dataset.items[0].title = "steel rosebud";
  dataset.items[1].title = "rosebud lamp";
  dataset.items[2].title = "steel lamp";
  dataset.items[3].title = "steel pipe";
  dataset.items[4].title = "steel plate";
  const auto scores = make_bm25(dataset, {})->score(testing::last_event_slate(dataset, 0, {1, 2}));
  EXPECT_GT(scores[0], scores[1]);
  EXPECT_GT(scores[1], 0);
}

TEST(Bm25, ScoresZeroWhereThereIsNoText) {
  const auto dataset = testing::dataset_of({{0, 1, 2}}, 3);
  EXPECT_EQ(make_bm25(dataset, {})->score(testing::last_event_slate(dataset, 0, {2, 1})),
            (std::vector<double>{0, 0}));
}

TEST(Bm25, RefusesImpossibleOptions) {
  const auto dataset = testing::dataset_of({{0, 1, 2}}, 3);
  EXPECT_THROW(make_bm25(dataset, {.history = 0}), base::Error);
  EXPECT_THROW(make_bm25(dataset, {.k1 = -1}), base::Error);
  EXPECT_THROW(make_bm25(dataset, {.b = 1.5}), base::Error);
  EXPECT_THROW(make_bm25(dataset, {.k1 = NAN}), base::Error);
}

}  // namespace
}  // namespace r2rank::baselines
