#include "data/import_layout.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;
using testing::TemporaryFolder;

ImportConfig config_of(const base::Path& interactions, const std::string& format = "auto") {
  ImportConfig config;
  config.interactions = interactions;
  config.format = format;
  return config;
}

TEST(ImportLayout, RecognisesRecboleFoldersAndFiles) {
  const TemporaryFolder folder;
  folder.write("set/set.inter", "x");
  folder.write("set/set.item", "x");
  for (const base::Path& given : {folder.path() / "set", folder.path() / "set" / "set.inter"}) {
    const auto layout = find_layout(config_of(given));
    EXPECT_EQ(layout.format, "recbole");
    EXPECT_EQ(layout.items.filename(), "set.item");
    EXPECT_EQ(layout.interactions_kind, FileKind::kAtomic);
  }
}

TEST(ImportLayout, RecognisesMovielensFolders) {
  const TemporaryFolder folder;
  folder.write("ratings.csv", "x");
  folder.write("movies.csv", "x");
  const auto layout = find_layout(config_of(folder.path()));
  EXPECT_EQ(layout.format, "movielens-latest");
  EXPECT_EQ(layout.items.filename(), "movies.csv");
  EXPECT_EQ(layout.log.user, "userId");
  EXPECT_EQ(layout.catalogue.categories, "genres");
}

TEST(ImportLayout, RecognisesGenericFoldersPackedOrNot) {
  const TemporaryFolder folder;
  folder.write("interactions.jsonl.gz", "x");
  folder.write("items.csv", "x");
  const auto layout = find_layout(config_of(folder.path()));
  EXPECT_EQ(layout.format, "jsonl");
  EXPECT_EQ(layout.interactions_kind, FileKind::kJsonl);
  EXPECT_EQ(layout.items_kind, FileKind::kCsv);
}

TEST(ImportLayout, TakesASingleFileWithoutGuessingItsCatalogue) {
  const TemporaryFolder folder;
  folder.write("items.csv", "x");
  const auto layout = find_layout(config_of(folder.write("mine.csv", "x")));
  EXPECT_EQ(layout.format, "csv");
  EXPECT_TRUE(layout.items.empty());
}

TEST(ImportLayout, SaysWhatItLookedForAndFound) {
  const TemporaryFolder folder;
  folder.write("stuff.bin", "x");
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { find_layout(config_of(folder.path())); }),
               {"*.inter", "ratings.csv", "interactions.csv", "found: stuff.bin"});
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { find_layout(config_of(folder.path(), "recbole")); }),
               {"format recbole", "--interactions"});
  expect_parts(
      error_of(base::ErrorKind::kUsage, [&] { find_layout(config_of(folder.path() / "stuff.bin")); }),
      {".csv"});
  expect_parts(error_of(base::ErrorKind::kIo, [&] { find_layout(config_of(folder.path() / "none.csv")); }),
               {"none.csv", "found nothing"});
}

}  // namespace
}  // namespace r2rank::data
