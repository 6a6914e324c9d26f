#include "data/dataset_tables.h"

#include <functional>
#include <tuple>

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;

/// What comes back of the three tables of a dataset.
Dataset there_and_back(const Dataset& dataset, Dataset result = {}) {
  users_from_parquet(users_to_parquet(dataset), "users.parquet", result);
  items_from_parquet(items_to_parquet(dataset), "items.parquet", result);
  interactions_from_parquet(interactions_to_parquet(dataset), "interactions.parquet", result);
  return result;
}

Item item_of(const std::string& text, const std::vector<std::string>& categories) {
  return {.id = "id " + text, .title = text, .brand = text, .categories = categories, .description = text};
}

auto fields_of(const Item& item) {
  return std::tie(item.id, item.title, item.brand, item.categories, item.description);
}

void expect_same_items(const Dataset& found, const Dataset& expected) {
  ASSERT_EQ(found.items.size(), expected.items.size());
  for (size_t i = 0; i < found.items.size(); ++i)
    EXPECT_EQ(fields_of(found.items[i]), fields_of(expected.items[i])) << i;
}

TEST(DatasetTables, KeepTextsOfEveryKind) {
  Dataset dataset;
  for (const std::string& text :
       {std::string(), std::string("two\nlines\tand \"quotes\""), std::string("caf\u00E9 \u4E2D\U0001F3AC"),
        std::string("nul \0 inside", 12), std::string(100000, 'x')}) {
    dataset.user_ids.push_back("user " + text);
    dataset.items.push_back(item_of(text, {text}));
  }
  const Dataset found = there_and_back(dataset);
  EXPECT_EQ(found.user_ids, dataset.user_ids);
  expect_same_items(found, dataset);
}

TEST(DatasetTables, GiveEveryItemItsOwnCategoriesInOrder) {
  Dataset dataset;
  dataset.items = {item_of("none", {}), item_of("three", {"c", "a", "b"}), item_of("empty", {""}),
                   item_of("none again", {}), item_of("twice", {"a", "a"})};
  expect_same_items(there_and_back(dataset), dataset);
}

TEST(DatasetTables, KeepInteractionsBitForBit) {
  Dataset dataset;
  dataset.interactions = {
      {.user = 0, .item = 0, .time = 0, .rating = 0},
      {.user = 1, .item = INT32_MAX, .time = INT64_MAX, .rating = std::numeric_limits<float>::max()},
      {.user = INT32_MAX, .item = 7, .time = INT64_MIN, .rating = 0.1F},
      {.user = -1, .item = -2, .time = -3, .rating = std::numeric_limits<float>::quiet_NaN()}};
  const Dataset found = there_and_back(dataset);
  ASSERT_EQ(found.interactions.size(), dataset.interactions.size());
  for (size_t i = 0; i < found.interactions.size(); ++i) {
    const Interaction &a = found.interactions[i], &b = dataset.interactions[i];
    EXPECT_EQ(std::tie(a.user, a.item, a.time), std::tie(b.user, b.item, b.time)) << i;
    EXPECT_TRUE(a.rating == b.rating || (std::isnan(a.rating) && std::isnan(b.rating))) << i;
  }
}

TEST(DatasetTables, ReplaceWhatTheDatasetHeldBefore) {
  const Dataset before = testing::dataset_of({{0, 1}, {2}}, 3);
  const Dataset empty = there_and_back(Dataset(), before);
  EXPECT_TRUE(empty.user_ids.empty());
  EXPECT_TRUE(empty.items.empty());
  EXPECT_TRUE(empty.interactions.empty());
  EXPECT_EQ(empty.name, before.name);
}

TEST(DatasetTables, OfAnotherKindAreRefusedWithTheColumnsThatWereFound) {
  const Dataset dataset = testing::dataset_of({{0}}, 1);
  const std::string users = users_to_parquet(dataset), items = items_to_parquet(dataset),
                    interactions = interactions_to_parquet(dataset);
  using Read = std::function<void(const std::string&, const std::string&, Dataset&)>;
  const auto refuse = [](const Read& read, const std::string& bytes, const std::string& column) {
    Dataset result;
    expect_parts(error_of(base::ErrorKind::kData, [&] { read(bytes, "here.parquet", result); }),
                 {"expected the columns", "here.parquet", column});
  };
  refuse(users_from_parquet, items, "categories: list");
  refuse(users_from_parquet, interactions, "rating: float");
  refuse(items_from_parquet, users, "id: string");
  refuse(items_from_parquet, interactions, "time: int64");
  refuse(interactions_from_parquet, users, "id: string");
  refuse(interactions_from_parquet, items, "description: string");
}

TEST(DatasetTables, WithTextThatIsNoUtf8AreRefused) {
  Dataset dataset, result;
  dataset.user_ids = {"good", "caf\xE9"};
  dataset.items = {item_of("good", {"fine", "\xFF\xFE"})};
  expect_parts(error_of(base::ErrorKind::kData,
                        [&] { users_from_parquet(users_to_parquet(dataset), "u.parquet", result); }),
               {"u.parquet", "UTF8"});
  expect_parts(error_of(base::ErrorKind::kData,
                        [&] { items_from_parquet(items_to_parquet(dataset), "i.parquet", result); }),
               {"i.parquet", "UTF8"});
}

}  // namespace
}  // namespace r2rank::data
