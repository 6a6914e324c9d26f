#include "data/import_files.h"

#include <arrow/api.h>

#include "data/parquet_file.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::count_of;
using testing::error_of;
using testing::expect_parts;
using testing::TemporaryFolder;
constexpr auto kData = base::ErrorKind::kData;

struct OpenedPart : ::testing::Test {
  TemporaryFolder folder;
  /// "line:a|b" of each row, an absent column as "-".
  std::vector<std::string> rows(const std::string& name, const std::string& bytes, FileKind kind,
                                const CsvDialect& dialect = {}, Encoding encoding = Encoding::kUtf8) const {
    const auto reader = open_part(folder.write(name, bytes), kind, dialect, encoding, {"a", "b"});
    EXPECT_EQ(reader->source(), name);
    std::vector<std::string> texts;
    Record record;
    while (reader->next(record))
      texts.push_back(
          fmt::format("{}:{}|{}", record.line, record.cells[0].value_or("-"), record.cells[1].value_or("-")));
    return texts;
  }
};
using Rows = std::vector<std::string>;

TEST_F(OpenedPart, IsReadAsItsKind) {
  EXPECT_EQ(rows("x.csv", "b,a\n1,2\n", FileKind::kCsv), (Rows{"2:2|1"}));
  EXPECT_EQ(rows("x.inter", "b:float\ta:token\n1\t2\n", FileKind::kAtomic), (Rows{"2:2|1"}));
  EXPECT_EQ(rows("x.jsonl", "{\"a\": 2}\n", FileKind::kJsonl), (Rows{"1:2|-"}));
  arrow::Int64Builder numbers;
  ASSERT_TRUE(numbers.Append(7).ok());
  const auto table =
      arrow::Table::Make(arrow::schema({arrow::field("b", arrow::int64())}), {numbers.Finish().ValueOrDie()});
  EXPECT_EQ(rows("x.parquet", to_parquet(*table), FileKind::kParquet), (Rows{"1:-|7"}));
}

TEST_F(OpenedPart, IsOfPythonDictsWhereItsFirstLineIs) {
  EXPECT_EQ(rows("x.json", "\n{'a': 'it\"s', 'b': None}\n", FileKind::kJsonl), (Rows{"2:it\"s|"}));
  expect_parts(error_of(kData, [&] { rows("x.json", "{\"a\": 1}\n{'a': 1}\n", FileKind::kJsonl); }),
               {"line 2 of x.json"});
}

TEST_F(OpenedPart, IsDecodedAndSeparatedAsItIsTold) {
  CsvDialect dialect{.separator = "::", .quotes = false, .typed_header = false, .columns = {"a", "b"}};
  EXPECT_EQ(rows("x.dat", "caf\xE9::\"1\n", FileKind::kCsv, dialect, Encoding::kLatin1),
            (Rows{"1:caf\u00E9|\"1"}));
  EXPECT_EQ(rows("x.jsonl", "{\"a\": \"5 \x80\"}", FileKind::kJsonl, {}, Encoding::kWindows1252),
            (Rows{"1:5 \u20AC|-"}));
  expect_parts(error_of(kData, [&] { rows("x.csv", "a,b\n\xE9,1\n", FileKind::kCsv); }),
               {"UTF-8", "x.csv", "line 2"});
}

struct ReadFiles : ::testing::Test {
  TemporaryFolder folder;
  ImportConfig config;
  ImportLayout layout;
  void log(std::initializer_list<const char*> parts) { write("log", parts, layout.interactions); }
  void items(std::initializer_list<const char*> parts) { write("items", parts, layout.items); }
  ImportedFiles read() const { return read_files(config, layout); }
  std::string refusal() const {
    return error_of(kData, [&] { read(); });
  }

 private:
  void write(const char* stem, std::initializer_list<const char*> parts, std::vector<base::Path>& paths) {
    paths.clear();
    for (const char* text : parts)
      paths.push_back(folder.write(fmt::format("{}-{}.csv", stem, paths.size()), text));
  }
};

TEST_F(ReadFiles, PutsPartAfterPartAndItemsOfTheLogAloneBehindTheCatalogues) {
  items({"item_id,title\nx,X\ny,Y\n", "title,item_id\nZ,z\nagain,x\n"});
  log({"user_id,item_id,timestamp,rating\nann,new,1,5\nann,z,2,\n",
       "timestamp,item_id,user_id,rating\n3,x,bob,2\n"});
  const ImportedFiles files = read();
  std::vector<std::string> found;
  for (const Item& item : files.catalogue.items) found.push_back(item.id + "=" + item.title);
  EXPECT_EQ(found, (Rows{"x=X", "y=Y", "z=Z", "new="}));
  ASSERT_EQ(files.log.events.size(), 3U);
  EXPECT_EQ(files.log.events[0].item, 3) << "the item that only the log has";
  EXPECT_EQ(files.log.events[1].item, 2);
  EXPECT_EQ(files.log.events[2].user, 1);
  EXPECT_EQ(files.log.events[2].time, 3);
  EXPECT_TRUE(files.log.has_ratings);
  EXPECT_EQ(count_of(files.counts, "rows read"), 3);
  EXPECT_EQ(count_of(files.counts, "files of the log"), 2);
  EXPECT_EQ(count_of(files.counts, "catalogue rows read"), 4);
  EXPECT_EQ(count_of(files.counts, "duplicate ids in the catalogue"), 1);
  EXPECT_EQ(count_of(files.counts, "interactions whose item is not in the catalogue"), 1);
}

TEST_F(ReadFiles, CountsNothingOfACatalogueThatIsNotThere) {
  log({"user_id,item_id,timestamp\na,x,1\n"});
  const ImportedFiles files = read();
  EXPECT_EQ(files.counts, (std::vector<std::pair<std::string, int64_t>>{{"rows read", 1}}));
  EXPECT_EQ(files.catalogue.items.size(), 1U);
}

TEST_F(ReadFiles, TakesACatalogueForLatin1OnlyWhereItMayBe) {
  items({"item_id,title\nx,caf\xE9\n", "item_id,title\ny,caf\u00E9\n"});
  log({"user_id,item_id,timestamp\na,x,1\n"});
  expect_parts(refusal(), {"UTF-8", "items-0.csv", "line 2"});
  layout.may_be_latin1 = true;
  const ImportedFiles files = read();
  EXPECT_EQ(files.catalogue.items[0].title, "caf\u00E9");
  EXPECT_EQ(files.catalogue.items[1].title, "caf\u00E9") << "each part is told by itself";
  EXPECT_EQ(count_of(files.counts, "catalogue files that are Latin-1 (converted)"), 1);
}

TEST_F(ReadFiles, RefusesFilesWithoutRowsAndNamesTheFirst) {
  log({"user_id,item_id,timestamp\n", "user_id,item_id,timestamp\n"});
  EXPECT_EQ(refusal(), "[import] expected interactions in log-0.csv, found none; give a log with rows");
  items({"item_id,title\n"});
  EXPECT_EQ(refusal(),
            "[import] expected items in items-0.csv, found none; give a catalogue with rows, or none");
  config.bad_rows = "skip";
  items({"item_id,title\n,none\n"});
  expect_parts(refusal(),
               {"expected items in items-0.csv, found none that can be read; the first: ", "line 2"});
}

TEST_F(ReadFiles, RefusesColumnsThatWereNamedAndAreNotThere) {
  items({"item_id,title\nx,X\n"});
  log({"user_id,item_id,timestamp\na,x,1\n"});
  EXPECT_NO_THROW(read()) << "brand, categories and rating may be absent where nobody named them";
  config.brand_column = layout.catalogue.brand = "maker";
  expect_parts(refusal(), {"column 'maker'", "items-0.csv", "found: item_id, title", "--brand-column"});
  config.brand_column = layout.catalogue.brand = "brand";
  config.rating_column = layout.log.rating = "stars";
  expect_parts(refusal(), {"column 'stars'", "log-0.csv", "--rating-column"});
}

}  // namespace
}  // namespace r2rank::data
