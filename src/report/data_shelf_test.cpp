#include "report/data_shelf.h"

#include <gtest/gtest.h>

#include "data/slate_sample.h"
#include "report/test_world.h"

namespace r2rank::report {
namespace {

using data::testing::error_of, data::testing::expect_parts;

TEST(DataShelf, FindsSlatesByTheirHash) {
  const testing::World world;
  DataShelf shelf;
  shelf.add_dataset(world.path("data"), "shop");
  shelf.add_split(world.path("split"));
  const auto found = shelf.find(world.split.test.hash, "");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->slates->part, "test");
  EXPECT_EQ(shelf.name_of(*found->dataset), "shop");
  EXPECT_EQ(shelf.find(world.split.valid.hash, "")->slates->part, "valid");
  EXPECT_FALSE(shelf.find("0123", ""));
}

TEST(DataShelf, DrawsASampleAgain) {
  const testing::World world;
  DataShelf shelf;
  shelf.add_dataset(world.path("data"));
  shelf.add_split(world.path("split"));
  const auto sample = data::sampled_slates(world.split.test, world.dataset, {2, 5});
  const auto found = shelf.find(sample.hash, "");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->slates->hash, sample.hash);
  EXPECT_EQ(found->slates->slates.size(), 2U);
  EXPECT_FALSE(shelf.find(world.split.test.hash + ":untied", ""));
}

TEST(DataShelf, KeepsOneOfEqualDataSets) {
  const testing::World world;
  DataShelf shelf;
  shelf.add_dataset(world.path("data"), "first");
  EXPECT_EQ(shelf.add_dataset(world.path("data"), "second").name, "first");
  EXPECT_EQ(shelf.datasets().size(), 1U);
}

TEST(DataShelf, PrefersTheSplitThatTrainsOnTheSameEvents) {
  const testing::World world;
  data::Split other = world.split;
  other.training_end[0] += 1;
  data::save_split(other, world.dataset, world.path("other"), false);
  DataShelf shelf;
  shelf.add_dataset(world.path("data"));
  shelf.add_split(world.path("split"));
  shelf.add_split(world.path("other"));
  EXPECT_EQ(shelf.find(world.split.test.hash, data::training_hash(other))->split->training_end,
            other.training_end);
  EXPECT_EQ(shelf.find(world.split.test.hash, "unknown")->split->training_end, world.split.training_end);
}

TEST(DataShelf, ASplitWithoutItsDataSetIsRefused) {
  const testing::World world;
  DataShelf shelf;
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { shelf.add_split(world.path("split")); }),
               {"split", "small", "not among the sources"});
}

TEST(DataShelf, ADamagedSplitIsNamed) {
  const testing::World world;
  DataShelf shelf;
  shelf.add_dataset(world.path("data"));
  world.folder.write("split/split.json", "{\"dataset_hash\": 3}");
  expect_parts(error_of(base::ErrorKind::kData, [&] { shelf.add_split(world.path("split")); }),
               {"split.json"});
}

}  // namespace
}  // namespace r2rank::report
