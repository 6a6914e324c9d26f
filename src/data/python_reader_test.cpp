#include "data/python_reader.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;
constexpr auto kData = base::ErrorKind::kData;

using Cells = std::vector<std::optional<std::string>>;

/// The cells of all rows, one after the other.
Cells cells(std::unique_ptr<ByteSource> bytes, const std::vector<std::string>& wanted) {
  PythonReader reader(std::move(bytes), "meta.json.gz", wanted);
  Cells texts;
  Record record;
  while (reader.next(record))
    for (const auto& cell : record.cells)
      texts.push_back(cell ? std::optional<std::string>(*cell) : std::nullopt);
  return texts;
}

TEST(PythonReader, TurnsValuesIntoTextAsOfJson) {
  EXPECT_EQ(cells(memory_source("{'asin': 'B1', 'price': 2.5, 'rank': 12L, 'none': None, 'yes': True, "
                                "'categories': [['a', \"b's\"], ['c']]}\n"),
                  {"categories", "asin", "price", "rank", "none", "yes", "absent"}),
            (Cells{"a\x1f"
                   "b's\x1f"
                   "c\x1f",
                   "B1", "2.5", "12", "", "true", std::nullopt}));
}

TEST(PythonReader, NamesTheLineAndTheByte) {
  PythonReader reader(memory_source("{'asin': 'B1', 'title': 'x'}\n\n{'asin': 'B2', 'title': }\n"),
                      "meta.json.gz", {"asin", "title"});
  Record record;
  ASSERT_TRUE(reader.next(record));
  EXPECT_EQ(record.line, 1);
  EXPECT_EQ(record.cells[0], "B1");
  expect_parts(error_of(kData, [&] { reader.next(record); }),
               {"Python dict in line 3 of meta.json.gz", "at byte 24"});
}

TEST(PythonReader, GoesOnBehindABadRow) {
  PythonReader reader(memory_source("{'a': }\n['a']\n{'a': '\xFF'}\n{'a': {}}\n{'a': 4}"), "meta.json",
                      {"a"});
  Record record;
  for (const auto& [fault, part] :
       {std::pair{RowFault::kForm, "line 1 of meta.json"}, std::pair{RowFault::kForm, "array in line 2"},
        std::pair{RowFault::kEncoding, "other bytes in line 3"},
        std::pair{RowFault::kForm, "for 'a' in line 4 of meta.json, found a JSON object"}}) {
    try {
      reader.next(record);
      ADD_FAILURE() << "expected an error: " << part;
    } catch (const RowError& error) {
      EXPECT_EQ(error.fault(), fault) << error.what();
      expect_parts(error.what(), {part});
    }
  }
  ASSERT_TRUE(reader.next(record));
  EXPECT_EQ(record.line, 5);
  EXPECT_EQ(record.cells[0], "4");
  EXPECT_FALSE(reader.next(record));
}

TEST(PythonReader, GivesTheSameCellsWhereverTheWindowEnds) {
  const std::string text = "\xEF\xBB\xBF{'a': 'caf\u00E9', 'b': [1, 'x']}\r\n \t\r\n{'b': u'\\u00e9'}";
  const Cells whole = {"caf\u00E9", "1\x1fx\x1f", std::nullopt, "\u00E9"};
  for (size_t most = 1; most < 9; ++most)
    EXPECT_EQ(cells(std::make_unique<testing::DripSource>(text, most), {"a", "b"}), whole) << most;
}

TEST(PythonReader, CollectsTheNamesOfAllLines) {
  PythonReader reader(memory_source("{'b': 1}\n{'a': 1, 'b': 2}\n"), "meta.json", {"a"});
  Record record;
  EXPECT_TRUE(reader.found_columns().empty());
  while (reader.next(record)) continue;
  EXPECT_EQ(reader.found_columns(), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(reader.share(), 1);
}

TEST(LooksLikePython, OnlyWhereNoJsonBeginsSo) {
  EXPECT_TRUE(looks_like_python("{'asin': 1}"));
  EXPECT_TRUE(looks_like_python("\n { u'asin': 1}"));
  EXPECT_TRUE(looks_like_python("{u\"asin\": 1}"));
  EXPECT_FALSE(looks_like_python("{\"asin\": 1}"));
  EXPECT_FALSE(looks_like_python("{\"it's\": 1}"));
  EXPECT_FALSE(looks_like_python("{}"));
  EXPECT_FALSE(looks_like_python("'asin'"));
  EXPECT_FALSE(looks_like_python("{"));
  EXPECT_FALSE(looks_like_python(""));
}

TEST(LooksLikePython, BehindAByteOrderMarkToo) {
  EXPECT_TRUE(looks_like_python("\xEF\xBB\xBF{'asin': 1}"));
  EXPECT_FALSE(looks_like_python("\xEF\xBB\xBF{\"asin\": 1}"));
}

}  // namespace
}  // namespace r2rank::data
