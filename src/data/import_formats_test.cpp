#include "data/import_layout.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::count_of;
using testing::expect_parts;
using testing::TemporaryFolder;

std::string format_of(const base::Path& log) {
  ImportConfig config;
  config.interactions = log;
  return find_layout(config).format;
}

struct Formats : ::testing::Test {
  TemporaryFolder folder;
  ImportConfig config;
  Dataset import(const base::Path& interactions, const std::string& items = "") {
    config.interactions = interactions;
    config.items = items;
    return import_dataset(config);
  }
};

TEST_F(Formats, Movielens100k) {
  folder.write("u.data", "196\t242\t3\t881250949\n186\t302\t3\t891717742\n196\t302\t5\t881250948\n");
  folder.write("u.item",
               "242|Kolya (1996)|24-Jan-1997||http://x|0|0|0|0|0|1|0|0|0|0|0|0|0|0|0|0|0|0|0\n"
               "302|L\xE9on (1994)|01-Jan-1994|||0|1|0|0|0|0|1|0|0|0|0|0|0|0|0|0|0|0|0\n"
               "267|unknown||||1|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0|0\n");
  const Dataset dataset = import(folder.path());
  EXPECT_EQ(dataset.items[0].title, "Kolya (1996)");
  EXPECT_EQ(dataset.items[0].categories, (std::vector<std::string>{"Comedy"}));
  EXPECT_EQ(dataset.items[1].title, "L\u00E9on (1994)");
  EXPECT_EQ(dataset.items[1].categories, (std::vector<std::string>{"Action", "Crime"}));
  EXPECT_TRUE(dataset.items[2].categories.empty());
  EXPECT_EQ(testing::item_ids(dataset, 0), (std::vector<std::string>{"302", "242"}));
  EXPECT_EQ(count_of(dataset.report.counts, "catalogue files that are Latin-1"), 1);
}

TEST_F(Formats, Movielens1mInLatin1And10mInUtf8) {
  folder.write("ratings.dat", "1::1193::5::978300760\n1::661::3::978302109\n");
  for (const std::string name : {"Mis\xE9rables, Les (1995)", "Mis\u00E9rables, Les (1995)"}) {
    folder.write("movies.dat", "1193::" + name + "::Drama|Musical\n661::James::(no genres listed)\n");
    const Dataset dataset = import(folder.path());
    EXPECT_EQ(dataset.items[0].title, "Mis\u00E9rables, Les (1995)");
    EXPECT_EQ(dataset.items[0].categories, (std::vector<std::string>{"Drama", "Musical"}));
    EXPECT_TRUE(dataset.items[1].categories.empty());
  }
}

constexpr const char* kReview2014 =
    R"({"reviewerID": "A1YJEY40YUW4SE", "asin": "7806397051", "reviewerName": "Andrea", "helpful": [3, 4],)"
    R"( "reviewText": "x", "overall": 1.0, "summary": "y", "unixReviewTime": 1391040000, "reviewTime": "z"})"
    "\n";

TEST_F(Formats, Amazon2014WithItsPythonCatalogue) {
  folder.write("reviews_Beauty_5.json", kReview2014);
  folder.write(
      "meta_Beauty.json",
      "{'asin': '7806397051', 'categories': [['Beauty', 'Makeup']], 'title': \"WAWO 15 &amp; Palette\","
      " 'price': 12.8, 'brand': '', 'salesRank': {'Beauty': 5}, 'related': {'also_bought': ['B0']}}\n"
      "{'asin': '7806397051', 'title': 'again'}\n");
  const Dataset dataset = import(folder.path());
  ASSERT_EQ(dataset.items.size(), 1U);
  EXPECT_EQ(dataset.items[0].title, "WAWO 15 & Palette");
  EXPECT_EQ(dataset.items[0].categories, (std::vector<std::string>{"Beauty", "Makeup"}));
  EXPECT_EQ(dataset.interactions[0].rating, 1);
  const auto& counts = dataset.report.counts;
  EXPECT_EQ(count_of(counts, "duplicate ids in the catalogue"), 1);
  EXPECT_EQ(count_of(counts, "items with HTML"), 1);
  EXPECT_EQ(count_of(counts, "items with a price"), 1);
}

TEST_F(Formats, Amazon2018WithPricesAsText) {
  folder.write(
      "Software_5.json",
      R"({"overall": 4.0, "verified": true, "reviewTime": "x", "reviewerID": "A240ORQ2LF9LUI", "asin": )"
      R"("0077613252", "style": {"Format:": " Loose Leaf"}, "vote": "2", "unixReviewTime": 1394496000})"
      "\n");
  folder.write(
      "meta_Software.json",
      R"({"category": ["Software", "Kids"], "description": ["a", "b"], "title": "Tom &amp; Jerry", "brand":)"
      R"( "Acme", "details": {"x": "y"}, "price": "$12.99", "asin": "0077613252", "main_cat": "Software"})"
      "\n"
      R"({"category": [], "title": "", "price": "$1.00 - $2.00", "asin": "B000000001", "main_cat": "Toys"})"
      "\n"
      R"({"title": "x", "price": ".a-box{color:red}", "asin": "B000000002"})"
      "\n");
  const Dataset dataset = import(folder.path());
  EXPECT_EQ(dataset.items[0].title, "Tom & Jerry");
  EXPECT_EQ(dataset.items[0].description, "a b");
  EXPECT_EQ(dataset.items[0].categories, (std::vector<std::string>{"Software", "Kids"}));
  EXPECT_EQ(dataset.items[1].categories, (std::vector<std::string>{"Toys"}));
  const auto& counts = dataset.report.counts;
  EXPECT_EQ(count_of(counts, "items with a price"), 2);
  EXPECT_EQ(count_of(counts, "items whose price is a range"), 1);
  EXPECT_EQ(count_of(counts, "items whose price is no number"), 1);
  EXPECT_EQ(count_of(counts, "items without a title"), 1);
  config.html_entities = "keep";
  EXPECT_EQ(import(folder.path()).items[0].title, "Tom &amp; Jerry");
}

TEST_F(Formats, AmazonRatingsWithoutHeaderInEitherOrder) {
  const auto user_first = folder.write("a/ratings_Beauty.csv", "A39HTATAQ9V7YF,0205616461,5.0,1369699200\n");
  EXPECT_EQ(format_of(user_first), "amazon-2014");
  const auto item_first = folder.write("b/Software.csv", "0205616461,A39HTATAQ9V7YF,5.0,1369699200\n");
  EXPECT_EQ(format_of(item_first), "amazon-2018");
  for (const auto& path : {user_first, item_first}) {
    const Dataset dataset = import(path);
    EXPECT_EQ(dataset.user_ids[0], "A39HTATAQ9V7YF");
    EXPECT_EQ(dataset.items[0].id, "0205616461");
    EXPECT_EQ(dataset.interactions[0].time, 1369699200);
  }
}

TEST_F(Formats, Amazon2023PartsWithHistory) {
  folder.write("Games.test.csv",
               "user_id,parent_asin,rating,timestamp,history\nU1,B3,5.0,1600000003000,B1 B2 B9\n");
  folder.write("Games.train.csv", "user_id,parent_asin,rating,timestamp,history\nU1,B1,5.0,1600000001000,\n");
  folder.write("Games.valid.csv",
               "user_id,parent_asin,rating,timestamp,history\nU1,B2,4.0,1600000002000,B1\n");
  folder.write("meta_Games.jsonl",
               R"({"main_category": "Video Games", "title": "One", "average_rating": 4.5, "features": [], )"
               R"("description": ["d"], "price": "None", "store": "Shop", "categories": [], "details": {}, )"
               R"("parent_asin": "B1"})"
               "\n");
  const Dataset dataset = import(folder.path());
  EXPECT_EQ(testing::item_ids(dataset, 0), (std::vector<std::string>{"B1", "B2", "B3"}));
  EXPECT_EQ(dataset.interactions[2].time, 1600000003);
  EXPECT_EQ(dataset.items[0].brand, "Shop");
  EXPECT_EQ(dataset.items[0].categories, (std::vector<std::string>{"Video Games"}));
  const auto& counts = dataset.report.counts;
  EXPECT_EQ(count_of(counts, "files of the log"), 3);
  EXPECT_EQ(count_of(counts, "users whose column 'history' names more items"), 1) << "B9 has no event";
}

TEST_F(Formats, Amazon2023Reviews) {
  const auto log = folder.write(
      "Games.jsonl",
      R"({"rating": 5.0, "title": "x", "text": "y", "images": [{"a": 1}], "asin": "B0", "parent_asin": "B1", )"
      R"("user_id": "AE23", "timestamp": 1588687728923, "helpful_vote": 0, "verified_purchase": true})"
      "\n");
  const Dataset dataset = import(log);
  EXPECT_EQ(dataset.items[0].id, "B1");
  EXPECT_EQ(dataset.interactions[0].time, 1588687728);
}

TEST_F(Formats, SeveralFilesAPatternAndAFolderOfPartsGiveTheSame) {
  folder.write("logs/part-00000.csv", "user_id,item_id,timestamp\na,x,1\n");
  folder.write("logs/part-00001.csv", "timestamp,item_id,user_id\n2,y,a\n");
  folder.write("logs/part-00002.csv", "user_id,item_id,timestamp\n");
  folder.write("logs/_SUCCESS", "");
  const std::string one = import(folder.path() / "logs").hash;
  EXPECT_EQ(import(folder.path() / "logs" / "part-*.csv").hash, one);
  config.more_interactions = {folder.path() / "logs" / "part-0000[12].csv"};
  const Dataset dataset = import(folder.path() / "logs" / "part-00000.csv");
  EXPECT_EQ(dataset.hash, one);
  EXPECT_EQ(count_of(dataset.report.counts, "files of the log"), 3);
}

TEST_F(Formats, FoldersOfInteractionsAndItemsInParts) {
  folder.write("interactions/a-1.jsonl", "{\"user_id\": 1, \"item_id\": 2, \"timestamp\": 3}\n");
  folder.write("interactions/a-2.jsonl", "");
  folder.write("items/i-1.jsonl", "{\"item_id\": 2, \"title\": \"two\"}\n");
  folder.write("items/i-2.jsonl", "{\"item_id\": 3, \"title\": \"three\"}\n");
  EXPECT_EQ(import(folder.path()).items.size(), 2U);
}

TEST_F(Formats, TablesThatAreNotPartsOfOneAreNotMixed) {
  folder.write("clicks.csv", "user_id,item_id,timestamp\na,x,1\n");
  folder.write("orders.csv", "user_id,item_id,timestamp\na,x,1\n");
  config.interactions = folder.path();
  expect_parts(testing::error_of(base::ErrorKind::kUsage, [&] { find_layout(config); }),
               {"found clicks.csv and orders.csv", "name the files"});
}

TEST_F(Formats, Windows1252WhereTheFlagSaysSo) {
  const auto log = folder.write("log.csv", "user_id,item_id,timestamp\na,x,1\n");
  const auto items = folder.write("items.csv", "item_id,title\nx,5 \x80 caf\xE9\n");
  config.encoding = "windows-1252";
  EXPECT_EQ(import(log, items).items[0].title, "5 \u20AC caf\u00E9");
  config.encoding = "auto";
  expect_parts(testing::error_of(base::ErrorKind::kData, [&] { import(log, items); }),
               {"UTF-8", "line 2", "--encoding"});
}

TEST_F(Formats, BadRowsAreLeftOutAndCountedWhereAskedFor) {
  const auto log =
      folder.write("log.csv",
                   "user_id,item_id,timestamp,rating\na,x,1,5\na,x\na,y,soon,5\n,y,2,5\na,\xFF,2,5\n"
                   "b,y,2,five\nb,y,3,4\n");
  const auto items = folder.write("items.csv", "item_id,title\nx,X\n,none\n");
  config.bad_rows = "skip";
  const Dataset dataset = import(log, items);
  EXPECT_EQ(dataset.interactions.size(), 2U);
  EXPECT_EQ(dataset.user_ids, (std::vector<std::string>{"a", "b"}));
  const auto& counts = dataset.report.counts;
  EXPECT_EQ(count_of(counts, "rows read"), 7);
  EXPECT_EQ(count_of(counts, "rows of the log left out: malformed"), 1);
  EXPECT_EQ(count_of(counts, "rows of the log left out: not UTF-8"), 1);
  EXPECT_EQ(count_of(counts, "rows of the log left out: a value missing"), 1);
  EXPECT_EQ(count_of(counts, "rows of the log left out: a bad number"), 2);
  EXPECT_EQ(count_of(counts, "rows of the catalogue left out: a value missing"), 1);
}

}  // namespace
}  // namespace r2rank::data
