#include "data/dataset.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

TEST(Dataset, IndexesIdsAndEvents) {
  const Dataset dataset = testing::dataset_of({{0, 2}, {}, {1}}, 3);
  EXPECT_EQ(index_items(dataset).at("i2"), 2);
  EXPECT_EQ(index_users(dataset).at("u1"), 1);
  EXPECT_EQ(dataset.events(0).size(), 2U);
  EXPECT_TRUE(dataset.events(1).empty());
  EXPECT_EQ(dataset.events(2)[0].item, 1);
}

TEST(DatasetHash, ChangesWithEveryPartOfTheContentAndNothingElse) {
  const Dataset original = testing::dataset_of({{0, 1}, {1}}, 2);
  std::vector<Dataset> changed(8, original);
  changed[0].user_ids[0] = "other";
  changed[1].items[1].title += "!";
  changed[2].items[1].categories = {"ab"};
  changed[3].interactions[0].rating = 3;
  changed[4].interactions[0].time += 1;
  changed[5].time_kind = TimeKind::kOrder;
  changed[6].has_ratings = false;
  changed[7].interactions[0].rating = std::numeric_limits<float>::quiet_NaN();
  for (const Dataset& dataset : changed) EXPECT_NE(dataset_hash(dataset), original.hash);
  Dataset same = original;
  same.name = "another name";
  same.report.counts = {{"rows read", 1}};
  EXPECT_EQ(dataset_hash(same), original.hash);
}

}  // namespace
}  // namespace r2rank::data
