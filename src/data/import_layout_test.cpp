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
    EXPECT_EQ(layout.items.at(0).filename(), "set.item");
    EXPECT_EQ(layout.interactions_kind, FileKind::kAtomic);
  }
}

TEST(ImportLayout, RefusesARecboleCatalogueOfAnotherName) {
  const TemporaryFolder folder;
  folder.write("set/a.inter", "x");
  folder.write("set/b.item", "x");
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { find_layout(config_of(folder.path() / "set")); }),
               {"a.item beside a.inter", "found b.item", "--items"});
  EXPECT_TRUE(find_layout(config_of(folder.path() / "set" / "a.inter")).items.empty());
}

TEST(ImportLayout, RecognisesMovielensFolders) {
  const TemporaryFolder folder;
  folder.write("ratings.csv", "x");
  folder.write("movies.csv", "x");
  const auto layout = find_layout(config_of(folder.path()));
  EXPECT_EQ(layout.format, "movielens-latest");
  EXPECT_EQ(layout.items.at(0).filename(), "movies.csv");
  EXPECT_EQ(layout.log.user, "userId");
  EXPECT_EQ(layout.catalogue.categories, "genres");
}

TEST(ImportLayout, RecognisesGenericFoldersPackedOrNot) {
  const TemporaryFolder folder;
  // gzip -9 of "a,b\n1,2\n", made with Python's gzip module (mtime 0).
  constexpr unsigned char kArchive[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03,
                                        0x4b, 0xd4, 0x49, 0xe2, 0x32, 0xd4, 0x31, 0xe2, 0x02, 0x00,
                                        0x7b, 0x07, 0x97, 0x0a, 0x08, 0x00, 0x00, 0x00};
  folder.write("interactions.jsonl.gz", {reinterpret_cast<const char*>(kArchive), sizeof kArchive});
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

struct NamesThatCannotAct : ::testing::Test {
  TemporaryFolder folder;
  ImportConfig config;
  void write(std::initializer_list<const char*> names) {
    for (const std::string name : names) folder.write(name, "x");
    config.interactions = folder.path();
  }
  std::string refusal() const {
    return error_of(base::ErrorKind::kUsage, [&] { find_layout(config); });
  }
};

TEST_F(NamesThatCannotAct, AreRefusedWhereMovielensFixesThem) {
  write({"ratings.csv", "movies.csv"});
  for (const auto& [flag, name] : {std::pair{"--user-column", &ImportConfig::user_column},
                                   std::pair{"--rating-column", &ImportConfig::rating_column},
                                   std::pair{"--title-column", &ImportConfig::title_column},
                                   std::pair{"--brand-column", &ImportConfig::brand_column},
                                   std::pair{"--category-separator", &ImportConfig::category_separator}}) {
    config.*name = '/';
    expect_parts(refusal(), {flag, "'/' cannot act", "ratings.csv is read as movielens-latest", "--items",
                             "--format csv"});
    config.*name = ImportConfig().*name;
  }
  config.user_column = "userId";  // what is read there
  config.categories_column = "genres";
  EXPECT_EQ(find_layout(config).log.user, "userId");
  config.format = "csv";
  config.interactions = folder.path() / "ratings.csv";
  config.items = folder.path() / "movies.csv";
  config.title_column = "name";
  EXPECT_EQ(find_layout(config).catalogue.title, "name");
}

TEST_F(NamesThatCannotAct, AreTheSeparatorOfRecboleAndNoColumn) {
  write({"set.inter", "set.item"});
  config.user_column = "who";
  config.title_column = "label";
  EXPECT_EQ(find_layout(config).catalogue.title, "label");
  config.category_separator = " ";
  EXPECT_EQ(find_layout(config).log.user, "who");
  config.category_separator = ",";
  expect_parts(refusal(),
               {"--category-separator ','", "set.inter is read as recbole", "spaces", "--*-column"});
  config.items = folder.write("items.csv", "x");
  EXPECT_EQ(find_layout(config).catalogue.category_separator, ',');
}

TEST_F(NamesThatCannotAct, AreThoseOfACatalogueThatIsNotThere) {
  write({"interactions.csv"});
  config.title_column = "label";
  expect_parts(refusal(),
               {"--title-column 'label'", "interactions.csv is read as csv, without a catalogue", "--items"});
  config.title_column = ImportConfig().title_column;
  config.category_separator = "";
  expect_parts(refusal(), {"--category-separator ''", "without a catalogue"});
  config.category_separator = "|";
  config.rating_column = "stars";
  EXPECT_EQ(find_layout(config).log.rating, "stars");
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
