#include "data/description_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::dataset_of;

TEST(DescriptionJson, HasNullForWhatIsNotKnown) {
  Dataset dataset = dataset_of({{0}, {0, 1}, {0, 1, 2}}, 4);
  dataset.time_kind = TimeKind::kOrder;
  const auto json = description_json(dataset, describe_dataset(dataset), {});
  EXPECT_TRUE(json["time"].is_null());
  EXPECT_TRUE(json["cold_test"].is_null());
  EXPECT_EQ(json["interactions"], 6);
  EXPECT_EQ(json["ratings"].dump(), "[[4.0,6]]");
}

TEST(DescriptionJson, SaysHowColdASplitIsWhereAsked) {
  const Dataset dataset = dataset_of({{0}, {0, 1}}, 3);
  const ColdStart cold{.targets = 3, .cold_items = 1, .cold_users = 0};
  const auto json = description_json(dataset, describe_dataset(dataset), cold);
  EXPECT_EQ(json["cold_test"]["cold_items"], 1);
  EXPECT_EQ(json["time"]["first"], 10);
  EXPECT_EQ(json["history"]["max"], 2);
}

}  // namespace
}  // namespace r2rank::data
