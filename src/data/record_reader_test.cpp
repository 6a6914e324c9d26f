#include "data/record_reader.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

TEST(CheckUtf8, AcceptsTextOfAnyScript) {
  EXPECT_NO_THROW(check_utf8("naïve\nΩ 漢字 🎬\n", "x"));
}

TEST(CheckUtf8, NamesTheLastLineToo) {
  const auto text = testing::error_of(base::ErrorKind::kData, [] { check_utf8("a\nb\n\xFF", "movies.csv"); });
  testing::expect_parts(text, {"movies.csv", "line 3"});
}

TEST(OpenRecords, GivesEachKindItsReader) {
  Record record;
  for (const auto& [kind, bytes] :
       {std::pair{FileKind::kCsv, "id,x\n7,y\n"}, std::pair{FileKind::kJsonl, "{\"id\": 7, \"x\": \"y\"}\n"},
        std::pair{FileKind::kAtomic, "id:token\tx:token\n7\ty\n"}}) {
    const auto reader = open_records(kind, bytes, "f", {"x", "id"});
    EXPECT_LT(reader->share(), 1);
    ASSERT_TRUE(reader->next(record));
    EXPECT_EQ(record.cells[0], "y");
    EXPECT_EQ(record.cells[1], "7");
    EXPECT_FALSE(reader->next(record));
    EXPECT_EQ(reader->found_columns(), (std::vector<std::string>{"id", "x"}));
    EXPECT_EQ(reader->share(), 1);
  }
}

TEST(RecordReader, TellsHowMuchOfItsBytesItHasRead) {
  const auto reader = open_records(FileKind::kCsv, "id,x\n7,yy\n8,zzzz\n9,zzzz", "f", {"id"});  // 23 bytes
  Record record;
  EXPECT_DOUBLE_EQ(reader->share(), 5.0 / 23) << "the header";
  for (const double bytes : {10.0, 17.0, 23.0}) {
    ASSERT_TRUE(reader->next(record));
    EXPECT_DOUBLE_EQ(reader->share(), bytes / 23);
  }
}

}  // namespace
}  // namespace r2rank::data
