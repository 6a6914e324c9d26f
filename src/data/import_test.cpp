#include "data/import.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::count_of;
using testing::error_of;
using testing::expect_parts;
using testing::item_ids;
using testing::TemporaryFolder;

constexpr const char* kLog =
    "user_id,item_id,timestamp,rating\n"
    "ann,tea,1500000300,5\n"
    "ann,mug,1500000100,4\n"
    "bob,tea,1500000200,2\n"
    "ann,pot,1500000200,3\n"
    "ann,mug,1500000200,1\n"
    "bob,ghost,1500000900,\n";
constexpr const char* kItems =
    "{\"item_id\": \"pot\", \"title\": \"Pot\"}\n"
    "{\"item_id\": \"tea\", \"title\": \"Tea\", \"categories\": [\"drinks\"]}\n"
    "{\"item_id\": \"tea\", \"title\": \"Tea again\"}\n"
    "{\"item_id\": \"mug\", \"title\": \"\"}\n"
    "{\"item_id\": \"jar\", \"title\": \"Jar\"}\n";

struct Import : ::testing::Test {
  TemporaryFolder folder;
  ImportConfig config;
  void SetUp() override {
    folder.write("interactions.csv", kLog);
    folder.write("items.jsonl", kItems);
    config.interactions = folder.path();
  }
  Dataset run() const { return import_dataset(config); }
  std::string fails(base::ErrorKind kind) const {
    return error_of(kind, [&] { run(); });
  }
};

TEST_F(Import, SortsByUserTimeAndFileOrder) {
  config.duplicates = "keep-all";
  const Dataset dataset = run();
  EXPECT_EQ(dataset.user_ids, (std::vector<std::string>{"ann", "bob"}));
  EXPECT_EQ(item_ids(dataset, 0), (std::vector<std::string>{"mug", "pot", "mug", "tea"}));
  EXPECT_EQ(item_ids(dataset, 1), (std::vector<std::string>{"tea", "ghost"}));
  EXPECT_EQ(dataset.time_kind, TimeKind::kReal);
  EXPECT_TRUE(dataset.has_ratings);
  EXPECT_EQ(dataset.hash, dataset_hash(dataset));
  EXPECT_NO_THROW(check_dataset(dataset, "x"));
}

TEST_F(Import, KeepsTheCatalogueInItsOrderAndAddsUnknownItems) {
  const Dataset dataset = run();
  std::vector<std::string> ids;
  for (const Item& item : dataset.items) ids.push_back(item.id + "=" + item.title);
  EXPECT_EQ(ids, (std::vector<std::string>{"pot=Pot", "tea=Tea", "mug=", "jar=Jar", "ghost="}));
}

TEST_F(Import, CountsWhatIsOdd) {
  const auto counts = run().report.counts;
  EXPECT_EQ(count_of(counts, "rows read"), 6);
  EXPECT_EQ(count_of(counts, "catalogue rows read"), 5);
  EXPECT_EQ(count_of(counts, "duplicate ids in the catalogue"), 1);
  EXPECT_EQ(count_of(counts, "interactions whose item is not in the catalogue"), 1);
  EXPECT_EQ(count_of(counts, "duplicates of user and item"), 1);
  EXPECT_EQ(count_of(counts, "interactions without a rating"), 1);
  EXPECT_EQ(count_of(counts, "interactions at the time"), 0);
  EXPECT_EQ(count_of(counts, "items never interacted with"), 1);
  EXPECT_EQ(count_of(counts, "items without a title"), 2);
  EXPECT_EQ(count_of(counts, "users with one interaction"), 0);
  EXPECT_EQ(count_of(counts, "users"), 0);  // the line on users with one interaction comes first
  EXPECT_EQ(counts.back(), (std::pair<std::string, int64_t>{"interactions", 5}));
}

TEST_F(Import, FiltersRatingsThenTimeThenDuplicates) {
  config.min_rating = 3;
  config.from_time = 1500000101;
  const Dataset dataset = run();
  EXPECT_EQ(item_ids(dataset, 0), (std::vector<std::string>{"pot", "tea"}));
  EXPECT_EQ(item_ids(dataset, 1), (std::vector<std::string>{"ghost"}));
  EXPECT_EQ(count_of(dataset.report.counts, "rated below 3"), 2);
  EXPECT_EQ(count_of(dataset.report.counts, "outside the time window"), 1);
  EXPECT_EQ(count_of(dataset.report.counts, "users with one interaction"), 1);
}

TEST_F(Import, AnItemCoreDropsItemsNobodyTouchedToo) {
  config.item_core = 2;
  const Dataset dataset = run();
  ASSERT_EQ(dataset.items.size(), 1U);
  EXPECT_EQ(dataset.items[0].id, "tea");
  EXPECT_EQ(dataset.interactions.size(), 2U);
}

TEST_F(Import, AUserCoreDropsUsersAndKeepsTheCatalogue) {
  config.user_core = 3;
  const Dataset dataset = run();
  EXPECT_EQ(dataset.user_ids, (std::vector<std::string>{"ann"}));
  EXPECT_EQ(dataset.items.size(), 4U);  // "ghost" was in no catalogue and is gone with bob
  EXPECT_EQ(count_of(dataset.report.counts, "users outside the 3/0-core"), 1);
}

TEST_F(Import, SaysWhenNothingIsLeft) {
  config.user_core = 50;
  expect_parts(fails(base::ErrorKind::kData), {"no interaction is left of 6", "k-core"});
}

TEST_F(Import, TakesPositionsAsAnOrderAndRenumbersWhatFiltersLeave) {
  folder.write("interactions.csv", "user_id,item_id,timestamp\na,x,0\na,y,1\na,x,2\na,z,3\nb,x,0\n");
  const Dataset dataset = run();
  EXPECT_EQ(dataset.time_kind, TimeKind::kOrder);
  EXPECT_EQ(item_ids(dataset, 0), (std::vector<std::string>{"x", "y", "z"}));
  EXPECT_EQ(dataset.events(0)[2].time, 2);
  EXPECT_FALSE(dataset.has_ratings);
  EXPECT_EQ(count_of(dataset.report.counts, "rows whose time is only an order"), 5);
  config.time = "real";
  EXPECT_EQ(run().time_kind, TimeKind::kReal);
}

TEST_F(Import, RefusesATimeWindowOnAnOrder) {
  config.time = "order";
  config.to_time = 5;
  expect_parts(fails(base::ErrorKind::kUsage), {"real timestamps", "--from-time"});
}

TEST_F(Import, RefusesAUnitOfTimesThatAreAnOrder) {
  config.time = "order";
  config.time_unit = "seconds";
  expect_parts(fails(base::ErrorKind::kUsage), {"--time-unit seconds cannot act", "--time real"});
}

TEST_F(Import, RefusesATitleColumnThatRecbolesFileLacks) {
  folder.write("set/set.inter", "user_id:token\titem_id:token\ttimestamp:float\na\tx\t5\n");
  folder.write("set/set.item", "item_id:token\tmovie_title:token_seq\nx\tHeat\n");
  config.interactions = folder.path() / "set";
  EXPECT_EQ(run().items[0].title, "Heat");
  config.title_column = "label";
  expect_parts(fails(base::ErrorKind::kData), {"column 'label' in set.item", "--title-column"});
}

TEST_F(Import, TurnsMillisecondsIntoSeconds) {
  folder.write("interactions.csv", "user_id,item_id,timestamp\na,tea,1500000000999\na,mug,1500000001000\n");
  EXPECT_EQ(run().interactions[0].time, 1500000000);
  config.time_unit = "seconds";
  const Dataset dataset = run();
  EXPECT_EQ(dataset.interactions[0].time, 1500000000999);
  EXPECT_EQ(count_of(dataset.report.counts, "rows whose time is after the year 2100"), 2);
}

TEST_F(Import, RefusesTimesOfSeveralUnits) {
  folder.write("interactions.csv", "user_id,item_id,timestamp\na,tea,1500000000000\na,mug,1500000000\n");
  expect_parts(fails(base::ErrorKind::kData), {"times of one unit", "1 of 2", "--time-unit"});
  config.time_unit = "milliseconds";
  EXPECT_EQ(run().interactions[0].time, 1500000);
}

TEST_F(Import, RefusesTimesThatAreFinerThanMilliseconds) {
  for (const char* time : {"1500000000000000", "1500000000000000000", "9223372036854775807"}) {
    folder.write("interactions.csv", fmt::format("user_id,item_id,timestamp\na,tea,{}\n", time));
    expect_parts(fails(base::ErrorKind::kData), {"before the year 2100", "--time-unit"});
  }
  folder.write("interactions.csv", "user_id,item_id,timestamp\na,tea,1500000000000000\n");
  config.time_unit = "microseconds";
  const Dataset dataset = run();
  EXPECT_EQ(dataset.interactions[0].time, 1500000000);
  EXPECT_EQ(count_of(dataset.report.counts, "rows whose time was in microseconds"), 1);
}

TEST_F(Import, TakesAmazonsTimesOf2023AsMillisecondsWhateverOneRowHas) {
  folder.write("interactions.csv",
               "user_id,parent_asin,rating,timestamp\na,B1,5,1500000000000\na,B2,5,1500000\n");
  config.format = "amazon-2023";
  config.interactions = folder.path() / "interactions.csv";
  const Dataset dataset = run();
  EXPECT_EQ(dataset.interactions[0].time, 1500);
  EXPECT_EQ(dataset.interactions[1].time, 1500000000);
}

TEST_F(Import, TakesAmazonsTimesOf2023AsSecondsWhereAllAreSuch) {
  folder.write("interactions.csv",
               "user_id,parent_asin,rating,timestamp\na,B1,5,1500000000\na,B2,5,1500000001\n");
  config.format = "amazon-2023";
  config.interactions = folder.path() / "interactions.csv";
  EXPECT_EQ(run().interactions[0].time, 1500000000);
}

TEST_F(Import, WarnsOfTimesThatAUnitMakesTooEarly) {
  folder.write("interactions.csv", "user_id,item_id,timestamp\na,tea,1500000000\na,mug,1500000001\n");
  const auto told = [&] {
    ::testing::internal::CaptureStderr();
    run();
    return ::testing::internal::GetCapturedStderr();
  };
  EXPECT_EQ(told().find("before 1990"), std::string::npos);
  config.time_unit = "milliseconds";
  EXPECT_NE(told().find("before 1990"), std::string::npos);
}

TEST_F(Import, SaysThatWhatIsKnownOfUsersIsNotRead) {
  folder.write("set/set.inter", "user_id:token\titem_id:token\ttimestamp:float\na\tx\t5\n");
  folder.write("set/set.user", "user_id:token\tage:float\na\t30\n");
  config.interactions = folder.path() / "set";
  ::testing::internal::CaptureStderr();
  run();
  expect_parts(::testing::internal::GetCapturedStderr(), {"set.user", "is not read"});
}

TEST_F(Import, RefusesOneColumnForTwoThings) {
  config.user_column = "item_id";
  expect_parts(fails(base::ErrorKind::kUsage), {"'item_id' for both", "--user-column"});
}

TEST_F(Import, RefusesALogWhosePartLacksTheHeader) {
  folder.write("log1.csv", "user_id,item_id,timestamp\na,x,5\n");
  config.interactions = folder.path() / "log1.csv";
  config.more_interactions = {folder.write("log2.csv", "b,y,6\n")};
  expect_parts(fails(base::ErrorKind::kData),
               {"column 'user_id' in log2.csv", "found: b, y, 6", "header line"});
}

TEST_F(Import, NamesTheColumnsOfAFileThatIsSomethingElse) {
  config.interactions = folder.path() / "log.csv";
  for (const char* text : {"<html>", "<html>\n<body>\n", "user;ts\n"}) {
    folder.write("log.csv", text);
    expect_parts(fails(base::ErrorKind::kData), {"column 'user_id' in log.csv", "found: "});
  }
}

TEST_F(Import, SaysThatLinesEndInCarriageReturnsAlone) {
  config.interactions = folder.write("log.csv", "user_id,item_id,timestamp\ra,x,5\rb,y,6\r");
  expect_parts(fails(base::ErrorKind::kData), {"CR alone", "tr '\\r' '\\n'"});
}

TEST_F(Import, GivesNoFlagThatCannotAct) {
  folder.write("ml/ratings.csv", "userId,movieId,rating\n1,1,5\n");
  folder.write("ml/movies.csv", "movieId,title,genres\n1,A,B\n");
  config.interactions = folder.path() / "ml";
  const std::string text = fails(base::ErrorKind::kData);
  expect_parts(text, {"column 'timestamp'", "--format csv"});
  EXPECT_EQ(text.find("--timestamp-column"), std::string::npos) << text;
}

TEST_F(Import, CountsTheLinesThatAStrayQuoteTookIn) {
  folder.write("interactions.csv",
               "user_id,item_id,timestamp\na,x,5\na,\"y,6\nb,x,7\nb,y,8\nc,z\"z,9\nd,x,10\n");
  expect_parts(fails(base::ErrorKind::kData), {"line 6", "the lines up to 6", "--bad-rows skip"});
  config.bad_rows = "skip";
  const Dataset dataset = run();
  EXPECT_EQ(dataset.users(), 2);
  EXPECT_EQ(count_of(dataset.report.counts, "further lines inside a quote"), 3);
}

TEST_F(Import, RefusesBytesThatWindows1252LeavesOpen) {
  folder.write("interactions.csv", "user_id,item_id,timestamp\n\x81,x,5\n\x8d,x,6\nb,x,7\n");
  config.encoding = "windows-1252";
  expect_parts(fails(base::ErrorKind::kData), {"line 2", "--encoding"});
  config.bad_rows = "skip";
  const Dataset dataset = run();
  EXPECT_EQ(dataset.user_ids, (std::vector<std::string>{"b"}));
  EXPECT_EQ(count_of(dataset.report.counts, "rows of the log left out: not UTF-8"), 2);
}

TEST_F(Import, RefusesABoundOnRatingsThatAreNotThere) {
  folder.write("interactions.csv", "user_id,item_id,timestamp\na,tea,5\n");
  config.min_rating = 4;
  expect_parts(fails(base::ErrorKind::kUsage), {"column 'rating'", "--min-rating", "--rating-column"});
}

TEST_F(Import, RefusesANamedColumnThatIsAbsent) {
  config.rating_column = "stars";
  expect_parts(fails(base::ErrorKind::kData),
               {"column 'stars'", "found: user_id, item_id, timestamp, rating", "--rating-column"});
  config.rating_column = "rating";
  config.brand_column = "maker";
  expect_parts(fails(base::ErrorKind::kData), {"column 'maker'", "--brand-column"});
}

TEST_F(Import, MapsColumnsOfAnyCsv) {
  const auto log = folder.write("mine.csv", "who;what;when\na;x;3\na;y;4\n");
  const auto items = folder.write("things.csv", "sku,label,tags\nx,\"X, large\",a/b\n");
  config.interactions = log;
  config.items = items;
  config.user_column = "who";
  config.item_column = "what";
  config.timestamp_column = "when";
  config.item_id_column = "sku";
  config.title_column = "label";
  config.categories_column = "tags";
  config.category_separator = "/";
  const Dataset dataset = run();
  EXPECT_EQ(dataset.items[0].title, "X, large");
  EXPECT_EQ(dataset.items[0].categories, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(count_of(dataset.report.counts, "interactions whose item is not in the catalogue"), 1);
}

TEST_F(Import, WorksWithoutACatalogue) {
  config.interactions = folder.path() / "interactions.csv";
  const Dataset dataset = run();
  EXPECT_EQ(dataset.items.size(), 4U);
  EXPECT_EQ(count_of(dataset.report.counts, "catalogue rows read"), -1);
}

TEST_F(Import, ReadsMovielensTitlesWithCommas) {
  folder.write("ml/ratings.csv", "userId,movieId,rating,timestamp\n1,11,4.0,964982703\n");
  folder.write(
      "ml/movies.csv",
      "movieId,title,genres\n11,\"American President, The (1995)\",Comedy|Drama\n12,X,(no genres listed)\n");
  config.interactions = folder.path() / "ml";
  const Dataset dataset = run();
  EXPECT_EQ(dataset.items[0].title, "American President, The (1995)");
  EXPECT_EQ(dataset.items[0].categories.size(), 2U);
  EXPECT_TRUE(dataset.items[1].categories.empty());
}

TEST_F(Import, RefusesImpossibleSettings) {
  config.from_time = 10;
  config.to_time = 10;
  expect_parts(fails(base::ErrorKind::kUsage), {"from_time = 10", "before to_time"});
}

TEST(ImportConfig, DescribesEveryFieldOnce) {
  ImportConfig config;
  base::ConfigFields fields;
  config.describe(fields);
  fields.set("duplicates", "keep-last");
  EXPECT_EQ(config.duplicates, "keep-last");
  EXPECT_THROW(fields.set("duplicates", "keep-some"), base::Error);
  EXPECT_THROW(fields.set("user_core", "-1"), base::Error);
  EXPECT_THROW(fields.check_complete(), base::Error);
}

}  // namespace
}  // namespace r2rank::data
