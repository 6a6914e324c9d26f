#include "data/jsonl_reader.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;
constexpr auto kData = base::ErrorKind::kData;

std::vector<std::optional<std::string>> cells(const std::string& bytes,
                                              const std::vector<std::string>& wanted) {
  JsonlReader reader(bytes, "items.jsonl", wanted);
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
  JsonlReader reader("{\"b\": 1}\n{\"a\": 1, \"b\": 2}\n", "x", {"a"});
  Record record;
  while (reader.next(record)) continue;
  EXPECT_EQ(reader.found_columns(), (std::vector<std::string>{"b", "a"}));
}

}  // namespace
}  // namespace r2rank::data
