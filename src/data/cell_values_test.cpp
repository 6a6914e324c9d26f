#include "data/cell_values.h"

#include "data/csv_reader.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;
constexpr auto kData = base::ErrorKind::kData;

/// Reads one CSV row and stands at its cell.
struct Cell : ::testing::Test {
  CsvReader reader{memory_source("user,ts\nu,1\n"), "ratings.csv", {"user", "timestamp"}, {}};
  Record record;
  CellPlace place{reader, record, "ts", "--timestamp-column"};
  void SetUp() override { ASSERT_TRUE(reader.next(record)); }
};

TEST_F(Cell, TimesAreWholeFractionalOrScientific) {
  EXPECT_EQ(parse_time("881250949", place), 881250949);
  EXPECT_EQ(parse_time("881250949.9", place), 881250949);
  EXPECT_EQ(parse_time("8.8e8", place), 880000000);
  EXPECT_EQ(parse_time("0", place), 0);
  EXPECT_EQ(parse_time("9223372036854775807", place), INT64_MAX);
}

TEST_F(Cell, BadTimesNameLineColumnAndText) {
  for (const char* bad :
       {"nan", "inf", "-inf", "-1", "-0.5", "2018-01-01", "1e30", "12 34", "99999999999999999999", "+5", ""})
    expect_parts(error_of(kData, [&] { parse_time(bad, place); }),
                 {"line 2, column 'ts' of ratings.csv", "found '" + std::string(bad) + "'"});
}

TEST_F(Cell, RatingsMayBeEmptyButNotBad) {
  EXPECT_FLOAT_EQ(parse_rating("4.5", place), 4.5F);
  EXPECT_TRUE(std::isnan(parse_rating("", place)));
  for (const char* bad : {"nan", "NaN", "inf", "-1", "five", "1e39"})
    expect_parts(error_of(kData, [&] { parse_rating(bad, place); }), {"rating", "line 2"});
}

TEST_F(Cell, AMissingColumnListsThoseFoundAndNamesTheFlag) {
  place.column = "timestamp";
  EXPECT_EQ(error_of(kData, [&] { required_text(1, place); }),
            "[import] expected a column 'timestamp' in ratings.csv (found: user, ts); name it with "
            "--timestamp-column (a CSV needs a header line)");
}

TEST_F(Cell, AnEmptyRequiredCellNamesItsLine) {
  record.cells[0] = "  ";
  expect_parts(error_of(kData, [&] { required_text(0, place); }), {"line 2", "found an empty one"});
}

TEST(SplitList, CutsTextAtTheSeparatorAndListsAtTheirEnds) {
  EXPECT_EQ(split_list("a|b c| ", '|'), (std::vector<std::string>{"a", "b c"}));
  EXPECT_EQ(split_list("a|b\x1f", '|'), (std::vector<std::string>{"a|b"}));
  EXPECT_EQ(split_list("a|b", '\0'), (std::vector<std::string>{"a|b"}));
  EXPECT_TRUE(split_list("", '|').empty());
  EXPECT_EQ(join_list("one\x1ftwo\x1f"), "one two");
}

}  // namespace
}  // namespace r2rank::data
