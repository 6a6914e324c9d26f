#include "report/data_section.h"

#include <gtest/gtest.h>

#include "report/test_world.h"

namespace r2rank::report {
namespace {

TEST(DataSection, DescribesADataSetAndItsSplits) {
  testing::World world;
  DataShelf shelf;
  shelf.add_dataset(world.path("data"), "shop");
  shelf.add_split(world.path("split"));
  const Json json = data_json(*shelf.datasets().at(0));
  EXPECT_EQ(json["name"], "shop");
  EXPECT_EQ(json["time_kind"], "real");
  EXPECT_EQ(json["description"]["interactions"], 36);
  EXPECT_TRUE(json["findings"].is_null());
  ASSERT_EQ(json["splits"].size(), 1U);
  EXPECT_EQ(json["splits"][0]["protocol"], "loo-uni4-seed7");
  EXPECT_EQ(json["splits"][0]["test_hash"], world.split.test.hash);
  EXPECT_EQ(json["splits"][0]["cold"]["targets"], 6);
  EXPECT_EQ(json["splits"][0]["counts"][0].size(), 2U);
}

}  // namespace
}  // namespace r2rank::report
