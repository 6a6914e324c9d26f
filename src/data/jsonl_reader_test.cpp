#include "data/jsonl_reader.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;
constexpr auto kData = base::ErrorKind::kData;

std::vector<std::optional<std::string>> cells(const std::string& bytes,
                                              const std::vector<std::string>& wanted) {
  JsonlReader reader(memory_source(bytes), "items.jsonl", wanted);
  std::vector<std::optional<std::string>> texts;
  Record record;
  while (reader.next(record))
    for (const auto& cell : record.cells)
      texts.push_back(cell ? std::optional<std::string>(*cell) : std::nullopt);
  return texts;
}

using Cells = std::vector<std::optional<std::string>>;

TEST(JsonlReader, TurnsValuesIntoText) {
  EXPECT_EQ(cells(R"({"a": "x", "b": 3, "c": 2.5, "d": null, "e": true})", {"a", "b", "c", "d", "e", "f"}),
            (Cells{"x", "3", "2.5", "", "true", std::nullopt}));
}

TEST(JsonlReader, EndsEveryElementOfAListSoThatOneElementIsAListToo) {
  EXPECT_EQ(cells(R"({"a": ["x|y"], "b": [["p", "q"], ["r"]], "c": []})", {"a", "b", "c"}),
            (Cells{"x|y\x1f", "p\x1fq\x1fr\x1f", ""}));
}

TEST(JsonlReader, SkipsBlankLinesAndNamesTheLineOfBrokenJson) {
  expect_parts(error_of(kData, [] { cells("{\"a\": 1}\n\n  \r\n{\"a\": \n", {"a"}); }),
               {"line 4 of items.jsonl"});
}

TEST(JsonlReader, RefusesWhatIsNotAnObject) {
  expect_parts(error_of(kData, [] { cells("[{\"a\": 1}]", {"a"}); }),
               {"one JSON object a line", "found a JSON array"});
  expect_parts(error_of(kData, [] { cells("{\"a\": NaN}", {"a"}); }), {"line 1"});
}

TEST(JsonlReader, RefusesAnObjectAsACell) {
  expect_parts(error_of(kData, [] { cells("{\"a\": {\"b\": 1}}", {"a"}); }),
               {"'a' in line 1", "found a JSON object"});
}

TEST(JsonlReader, SurvivesAbsurdNesting) {
  const std::string deep = "{\"a\": " + std::string(1'000'000, '[') + std::string(1'000'000, ']') + "}";
  expect_parts(error_of(kData, [&] { cells(deep, {"a"}); }), {"64 levels"});
}

TEST(JsonlReader, CollectsColumnNamesOfAllLines) {
  JsonlReader reader(memory_source("{\"b\": 1}\n{\"a\": 1, \"b\": 2}\n"), "x", {"a"});
  Record record;
  while (reader.next(record)) continue;
  EXPECT_EQ(reader.found_columns(), (std::vector<std::string>{"b", "a"}));
}

TEST(JsonlReader, GivesTheSameCellsWhereverTheWindowEnds) {
  const std::string text =
      "\xEF\xBB\xBF{\"a\": \"\u00E9\\n\", \"b\": [1, [2.5, \"x\"]]}\r\n\n{\"b\": -7, \"c\": {}, \"a\": 1e3}\n{\"a\": 18446744073709551615}";
  const Cells whole = cells(text, {"a", "b"});
  EXPECT_EQ(whole, (Cells{"\u00E9\n",
                          "1\x1f"
                          "2.5\x1fx\x1f",
                          "1000.0", "-7", "18446744073709551615", std::nullopt}));
  for (size_t most = 1; most < 9; ++most) {
    JsonlReader reader(std::make_unique<testing::DripSource>(text, most), "x", {"a", "b"});
    Cells found;
    Record record;
    while (reader.next(record))
      for (const auto& cell : record.cells)
        found.push_back(cell ? std::optional<std::string>(*cell) : std::nullopt);
    EXPECT_EQ(found, whole) << most;
  }
}

TEST(JsonlReader, ReadsWhatTheQuickParserLeavesToTheOther) {
  EXPECT_EQ(cells("{\"a\": 123456789012345678901234567890}", {"a"}), (Cells{"1.2345678901234568e+29"}));
  EXPECT_EQ(cells("{\"a\": 1, \"a\": 2}", {"a"}), (Cells{"2"})) << "the last of equal keys";
  EXPECT_EQ(cells("{\"a\": 5.0}", {"a", "a"}), (Cells{"5.0", "5.0"})) << "a column wanted twice";
}

TEST(JsonlReader, GoesOnBehindABadRow) {
  JsonlReader reader(memory_source("{\"a\": }\n[1]\n{\"a\": \"\xFF\"}\n{\"a\": {}}\n{\"a\": 4}\n"), "x",
                     {"a"});
  Record record;
  for (int bad = 0; bad < 4; ++bad) EXPECT_THROW(reader.next(record), RowError) << bad;
  ASSERT_TRUE(reader.next(record));
  EXPECT_EQ(record.line, 5);
  EXPECT_EQ(record.cells[0], "4");
}

}  // namespace
}  // namespace r2rank::data
