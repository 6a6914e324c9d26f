#include "report/item_table.h"

#include <gtest/gtest.h>

#include "data/test_support.h"

namespace r2rank::report {
namespace {

TEST(ItemTable, HasEachItemOnceInTheOrderOfMention) {
  const auto dataset = data::testing::dataset_of({{0, 1}}, 4);
  ItemTable table(dataset);
  EXPECT_EQ(table.place_of(3), 0U);
  EXPECT_EQ(table.place_of(1), 1U);
  EXPECT_EQ(table.place_of(3), 0U);
  EXPECT_EQ(table.as_json()["id"].dump(), R"(["i3","i1"])");
  EXPECT_EQ(table.as_json()["category"].dump(), R"(["b","b"])");
}

TEST(ItemTable, CutsLongTextsAndLeavesWhatIsMissingEmpty) {
  auto dataset = data::testing::dataset_of({{0}}, 1);
  dataset.items[0].title = std::string(500, 'x');
  dataset.items[0].categories.clear();
  ItemTable table(dataset);
  table.place_of(0);
  const auto title = table.as_json()["title"][0].get<std::string>();
  EXPECT_EQ(title.size(), 139U + std::string("…").size());
  EXPECT_EQ(table.as_json()["category"][0], "");
}

}  // namespace
}  // namespace r2rank::report
