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

}  // namespace
}  // namespace r2rank::data
