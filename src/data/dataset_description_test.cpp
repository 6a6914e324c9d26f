#include "data/dataset_description.h"

#include <cmath>

#include "data/test_support.h"

namespace r2rank::data {
namespace {

/// Three users, twelve events, eight items of which one is never touched.
struct Description : ::testing::Test {
  Dataset dataset = testing::dataset_of({{0, 1, 2, 3}, {0, 1, 0}, {0, 4, 5, 6, 1}}, 8);
  DatasetDescription described() const { return describe_dataset(dataset); }
};

TEST_F(Description, CountsUsersItemsPairsAndRepeats) {
  const DatasetDescription d = described();
  EXPECT_EQ(d.users, 3);
  EXPECT_EQ(d.items, 8);
  EXPECT_EQ(d.touched_items, 7);
  EXPECT_EQ(d.interactions, 12);
  EXPECT_EQ(d.repeated_pairs, 1);
  EXPECT_DOUBLE_EQ(d.density, 11.0 / 24);
  EXPECT_EQ(d.history.max, 5);
  EXPECT_EQ(d.popularity.max, 4);  // item 0
  EXPECT_EQ(d.popularity.min, 0);  // item 7
  EXPECT_DOUBLE_EQ(d.head1, 4.0 / 12);
  EXPECT_DOUBLE_EQ(d.head20, 7.0 / 12);  // two of eight: items 0 and 1
}

TEST_F(Description, CountsEventsThatShareTheirTime) {
  EXPECT_EQ(described().tied_events, 0);
  dataset.interactions[1].time = dataset.interactions[0].time;
  dataset.interactions[2].time = dataset.interactions[0].time;
  EXPECT_EQ(described().tied_events, 3);
  EXPECT_EQ(described().tied_users, 1);
}

TEST_F(Description, SpreadsTimeOverTwelveSpans) {
  const DatasetDescription d = described();  // times 10 .. 50
  EXPECT_EQ(d.first_time, 10);
  EXPECT_EQ(d.last_time, 50);
  ASSERT_EQ(d.timeline.size(), 12U);
  EXPECT_EQ(d.timeline.front(), (std::pair<int64_t, int64_t>{10, 3}));
  EXPECT_EQ(d.timeline.back().second, 1);
  int64_t events = 0;
  for (const auto& [begin, count] : d.timeline) events += count;
  EXPECT_EQ(events, 12);
}

TEST_F(Description, SaysWhatIsNewInTheLastTenth) {
  // The tenth of twelve begins at the eleventh time in order, 40: items 3, 6 and 1; 3 and 6 are new.
  const ColdStart cold = described().last_tenth;
  EXPECT_EQ(cold.targets, 3);
  EXPECT_EQ(cold.cold_items, 2);
  EXPECT_EQ(cold.cold_users, 0);
}

TEST_F(Description, KnowsNoTimesWhereThereIsOnlyAnOrder) {
  dataset.time_kind = TimeKind::kOrder;
  EXPECT_TRUE(described().timeline.empty());
  EXPECT_EQ(described().last_tenth.targets, 0);
}

TEST_F(Description, CountsRatingsAndThoseMissing) {
  dataset.interactions[0].rating = NAN;
  dataset.interactions[1].rating = 2;
  const DatasetDescription d = described();
  EXPECT_EQ(d.ratings, (std::vector<std::pair<float, int64_t>>{{2, 1}, {4, 10}}));
  EXPECT_EQ(d.unrated, 1);
  EXPECT_DOUBLE_EQ(d.mean_rating, 42.0 / 11);
}

TEST_F(Description, SaysWhichItemsHaveText) {
  dataset.items[0].title = dataset.items[1].title = "one  two three";
  dataset.items[7].description = "   ";
  const DatasetDescription d = described();
  ASSERT_EQ(d.text.size(), 4U);
  EXPECT_EQ(d.text[0].items, 8);
  EXPECT_EQ(d.text[0].mean_words, (3 + 3 + 6 * 2) / 8.0);
  EXPECT_EQ(d.text[1].items, 0);    // no brands
  EXPECT_EQ(d.text[2].events, 12);  // all have categories
  EXPECT_EQ(d.text[3].items, 0);    // spaces are no description
  EXPECT_EQ(d.shared_titles, 2);
}

TEST_F(Description, OfNothingDividesByNothing) {
  dataset = testing::dataset_of({}, 0);
  EXPECT_EQ(described().density, 0);
  EXPECT_TRUE(std::isnan(described().mean_rating));
}

TEST(ColdTargets, AreCountedAgainstTraining) {
  const Dataset dataset =
      testing::dataset_of({{0, 1, 2, 3, 4, 9}, {0, 1, 2, 3, 4, 5}, {6, 7, 8, 5, 0, 1}}, 10);
  SplitConfig config;
  config.negative_count = 3;
  const ColdStart cold = cold_start(dataset, make_split(dataset, config));
  EXPECT_EQ(cold.targets, 3);
  EXPECT_EQ(cold.cold_items, 1);
  EXPECT_EQ(cold.cold_users, 0);
}

}  // namespace
}  // namespace r2rank::data
