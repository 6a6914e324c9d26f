#include "data/catalogue.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

Catalogue read(FileKind kind, const std::string& bytes, const CatalogueColumns& columns = {}) {
  const auto reader = open_records(kind, bytes, "items", columns.wanted());
  return read_catalogue(*reader, columns);
}

TEST(Catalogue, ReadsListsAndTextsOfJsonLines) {
  const auto catalogue = read(
      FileKind::kJsonl,
      R"({"item_id": 5, "title": "T", "brand": "B", "categories": ["x", "y"], "description": ["d", "e"]})");
  ASSERT_EQ(catalogue.items.size(), 1U);
  const Item& item = catalogue.items[0];
  EXPECT_EQ(item.id, "5");
  EXPECT_EQ(item.title, "T");
  EXPECT_EQ(item.brand, "B");
  EXPECT_EQ(item.categories, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(item.description, "d e");
}

TEST(Catalogue, KeepsTheFirstOfEqualIdsAndCountsTheRest) {
  const auto catalogue = read(FileKind::kCsv, "item_id,title\n1,first\n2,other\n1,second\n1,third\n");
  EXPECT_EQ(catalogue.rows, 4);
  EXPECT_EQ(catalogue.duplicates, 2);
  ASSERT_EQ(catalogue.items.size(), 2U);
  EXPECT_EQ(catalogue.items[0].title, "first");
}

TEST(Catalogue, AppendsAYearOfFourDigitsOnce) {
  CatalogueColumns columns;
  columns.year = "year";
  const auto catalogue =
      read(FileKind::kCsv, "item_id,title,year\n1,Heat,1995\n2,Heat (1995),1995\n3,Heat,unknown\n4,,1995\n",
           columns);
  EXPECT_EQ(catalogue.items[0].title, "Heat (1995)");
  EXPECT_EQ(catalogue.items[1].title, "Heat (1995)");
  EXPECT_EQ(catalogue.items[2].title, "Heat");
  EXPECT_EQ(catalogue.items[3].title, "");
}

TEST(Catalogue, ReadsAMarkerForNoCategoriesAsNone) {
  CatalogueColumns columns;
  columns.no_categories = "(no genres listed)";
  const auto catalogue =
      read(FileKind::kCsv, "item_id,title,categories\n1,A,(no genres listed)\n2,B,x|y\n", columns);
  EXPECT_TRUE(catalogue.items[0].categories.empty());
  EXPECT_EQ(catalogue.items[1].categories.size(), 2U);
}

TEST(Catalogue, CountsAPriceThatIsNoTextWithoutRefusingTheItem) {
  CatalogueColumns columns;
  columns.price = "price";
  std::string lines;
  for (const char* price : {R"({"amount": 3.5})", "{}", R"([{"amount": 3.5}])", "[[[[[[[[[[3.5]]]]]]]]]]",
                            "[1, 2]", "[3.5]", "[]", "3.5", "null"})
    lines += fmt::format("{{\"item_id\": \"i{}\", \"title\": \"T\", \"price\": {}}}\n", lines.size(), price);
  const auto catalogue = read(FileKind::kJsonl, lines, columns);
  EXPECT_EQ(catalogue.items.size(), 9U);
  EXPECT_EQ(catalogue.no_prices, 5);
  EXPECT_EQ(catalogue.prices, 2);
  const auto python =
      read(FileKind::kPython, "{'item_id': 'a', 'title': 'T', 'price': {'amount': 3.5}}\n", columns);
  EXPECT_EQ(python.no_prices, 1);
}

TEST(Catalogue, RefusesAnObjectInAnyOtherColumn) {
  CatalogueColumns columns;
  columns.price = "title";  // what is read for its text, too, must be text
  for (const char* line :
       {R"({"item_id": {"n": 1}, "title": "T"})", R"({"item_id": 1, "title": {"en": "T"}})"})
    testing::expect_parts(
        testing::error_of(base::ErrorKind::kData, [&] { read(FileKind::kJsonl, line, columns); }),
        {"expected text, a number or a list", "found a JSON object"});
}

TEST(Catalogue, AsksForAMissingTitleColumn) {
  const auto text =
      testing::error_of(base::ErrorKind::kData, [] { read(FileKind::kCsv, "item_id,name\n1,A\n"); });
  testing::expect_parts(text, {"column 'title'", "(found: item_id, name)", "--title-column"});
}

TEST(Catalogue, RefusesAnItemWithoutId) {
  const auto text =
      testing::error_of(base::ErrorKind::kData, [] { read(FileKind::kCsv, "item_id,title\n1,A\n,B\n"); });
  testing::expect_parts(text, {"line 3", "'item_id'"});
}

}  // namespace
}  // namespace r2rank::data
