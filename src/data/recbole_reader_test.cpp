#include "data/recbole_reader.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

TEST(AtomicFile, CutsTheTypesOffItsHeaderAndKeepsQuotesAsText) {
  const auto reader = open_atomic(
      memory_source("item_id:token\ttitle:token_seq\n1\t\"Weird Al\" Movie, The\n"), "x.item", {"title"});
  Record record;
  ASSERT_TRUE(reader->next(record));
  EXPECT_EQ(record.cells[0], "\"Weird Al\" Movie, The");
  EXPECT_EQ(reader->found_columns(), (std::vector<std::string>{"item_id", "title"}));
}

TEST(AtomicFile, RefusesAHeaderWithoutTypes) {
  const auto text = testing::error_of(
      base::ErrorKind::kData, [] { open_atomic(memory_source("user_id\titem_id\n1\t2\n"), "x.inter", {}); });
  testing::expect_parts(text, {"user_id:token", "x.inter", "'user_id'"});
}

TEST(RecboleItemColumns, PreferNamesTheUserGaveThenTheUsualOnes) {
  const std::vector<std::string> header{"item_id", "movie_title", "release_year", "class"};
  const auto columns = recbole_item_columns(header, {});
  EXPECT_EQ(columns.title, "movie_title");
  EXPECT_EQ(columns.year, "release_year");
  EXPECT_EQ(columns.categories, "class");
  CatalogueColumns named;
  named.title = "class";
  EXPECT_EQ(recbole_item_columns(header, named).title, "class");
}

}  // namespace
}  // namespace r2rank::data
