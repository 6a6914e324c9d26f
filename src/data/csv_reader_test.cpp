#include "data/csv_reader.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;
constexpr auto kData = base::ErrorKind::kData;

/// All rows as "line:cell|cell", an absent cell as "-".
std::vector<std::string> rows(const std::string& bytes, const std::vector<std::string>& wanted) {
  const auto reader = open_records(FileKind::kCsv, bytes, "log.csv", wanted);
  std::vector<std::string> texts;
  Record record;
  while (reader->next(record)) {
    std::string text = std::to_string(record.line) + ":";
    for (const auto& cell : record.cells) text += std::string(cell.value_or("-")) + "|";
    texts.push_back(text);
  }
  return texts;
}

using Rows = std::vector<std::string>;

TEST(CsvReader, ReadsWantedColumnsInTheWantedOrder) {
  EXPECT_EQ(rows("a,b,c\n1,2,3\n4,5,6\n", {"c", "a", "x"}), (Rows{"2:3|1|-|", "3:6|4|-|"}));
}

TEST(CsvReader, UnderstandsQuotesSeparatorsAndLineBreaksInFields) {
  EXPECT_EQ(rows("a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"two\nlines\",z\nend,e\n", {"a", "b"}),
            (Rows{"2:x,y|say \"hi\"|", "3:two\nlines|z|", "5:end|e|"}));
}

TEST(CsvReader, AcceptsByteOrderMarkCrlfBlankLinesAndNoFinalLineBreak) {
  EXPECT_EQ(rows("\xEF\xBB\xBF"
                 "a,b\r\n\r\n1,2\r\n\r\n3,",
                 {"a", "b"}),
            (Rows{"3:1|2|", "5:3||"}));
}

TEST(CsvReader, CrlfAfterAQuotedFieldEndsTheRow) {
  EXPECT_EQ(rows("\"a\",\"b\"\r\n\"1\",\"2\"\r\n", {"b"}), (Rows{"2:2|"}));
}

TEST(CsvReader, GuessesTheSeparatorFromTheHeader) {
  EXPECT_EQ(guess_separator("a,b;c,d"), ',');
  EXPECT_EQ(guess_separator("a\tb\tc,d"), '\t');
  EXPECT_EQ(rows("a;b\n1;2\n", {"b"}), (Rows{"2:2|"}));
}

TEST(CsvReader, NamesTheLineOfARowWithTheWrongNumberOfFields) {
  expect_parts(error_of(kData, [] { rows("a,b\n\"x\ny\",1\n1,2,3\n", {"a"}); }),
               {"[import]", "expected 2 fields in line 4 of log.csv", "found 3"});
}

TEST(CsvReader, NamesTheLineWhereAnEndlessQuoteOpens) {
  expect_parts(error_of(kData, [] { rows("a,b\n1,2\n3,\"open\n5,6\n", {"a"}); }),
               {"closing quote", "opens in line 3"});
}

TEST(CsvReader, RefusesTextAfterAClosingQuote) {
  expect_parts(error_of(kData, [] { rows("a,b\n\"x\"y,2\n", {"a"}); }),
               {"after the closing quote in line 2", "'y'"});
}

TEST(CsvReader, RefusesAWantedColumnThatIsThereTwice) {
  expect_parts(error_of(kData, [] { rows("a,b,a\n1,2,3\n", {"a"}); }), {"one column 'a'", "found two"});
}

TEST(CsvReader, RefusesAnEmptyFile) {
  expect_parts(error_of(kData, [] { rows("", {"a"}); }), {"header line in log.csv", "empty file"});
  expect_parts(error_of(kData, [] { rows("\n\n", {"a"}); }), {"header line"});
}

TEST(CsvReader, NamesTheLineThatIsNotUtf8) {
  expect_parts(error_of(kData, [] { rows("a,b\n1,2\ncaf\xE9,2\n", {"a"}); }), {"UTF-8", "line 3", "iconv"});
}

TEST(CsvReader, GivesTheSameRowsWhereverTheWindowEnds) {
  const std::string text =
      "\xEF\xBB\xBF\r\n\na,b\r\n\r\n\"x,y\",\"say \"\"hi\"\"\"\r\n\"two\nlines\",z\n\n1,\u00E9\n\"end\",\"\"";
  const Rows whole = rows(text, {"a", "b"});
  EXPECT_EQ(whole, (Rows{"5:x,y|say \"hi\"|", "6:two\nlines|z|", "9:1|\u00E9|", "10:end||"}));
  for (size_t most = 1; most < 12; ++most) {
    CsvReader reader(std::make_unique<testing::DripSource>(text, most), "log.csv", {"a", "b"}, {});
    Rows found;
    Record record;
    while (reader.next(record))
      found.push_back(fmt::format("{}:{}|{}|", record.line, *record.cells[0], *record.cells[1]));
    EXPECT_EQ(found, whole) << most;
  }
}

TEST(CsvReader, ReadsFilesWithoutHeaderAndWithLongSeparators) {
  CsvDialect dialect;
  dialect.separator = "::";
  dialect.quotes = false;
  dialect.columns = {"id", "title"};
  for (const size_t most : {1U, 2U, 3U, 100U}) {
    CsvReader reader(std::make_unique<testing::DripSource>("1::\"A\": b\r\n2::::\n", most), "movies.dat",
                     {"title"}, dialect);
    Record record;
    ASSERT_TRUE(reader.next(record));
    EXPECT_EQ(record.cells[0], "\"A\": b");
    expect_parts(error_of(kData, [&] { reader.next(record); }),
                 {"expected 2 fields in line 2", "every line", "found 3"});
    EXPECT_FALSE(reader.next(record));
  }
}

TEST(CsvReader, GoesOnBehindABadRow) {
  CsvReader reader(memory_source("a,b\n1,2,3\n\"x\"y,2\n\xFF,1\n5,6\n"), "log.csv", {"b"}, {});
  Record record;
  for (int bad = 0; bad < 3; ++bad) EXPECT_THROW(reader.next(record), RowError);
  ASSERT_TRUE(reader.next(record));
  EXPECT_EQ(record.line, 5);
  EXPECT_EQ(record.cells[0], "6");
}

TEST(CsvReader, RefusesARowThatWouldFillTheMemory) {
  const std::string endless = "a,b\n1,\"" + std::string(size_t{70} << 20, 'x');
  CsvReader reader(std::make_unique<testing::DripSource>(endless, size_t{1} << 22), "log.csv", {"a"}, {});
  Record record;
  expect_parts(error_of(kData, [&] { reader.next(record); }),
               {"at most 64 MiB in log.csv", "line 2", "quote"});
}

}  // namespace
}  // namespace r2rank::data
