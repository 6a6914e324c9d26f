#include "data/quick_json.h"

#include <gtest/gtest.h>

#include <random>

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using Cells = std::vector<std::optional<std::string>>;
const std::vector<std::string> kWanted = {"a", "b", "a"};

Cells copy_of(const Record& record) {
  Cells cells;
  for (const auto& cell : record.cells)
    cells.push_back(cell ? std::optional(std::string(*cell)) : std::nullopt);
  return cells;
}

/// What the quick parser makes of a line; nothing where it leaves it to the other.
std::optional<Cells> quick(const std::string& line) {
  QuickJson parser;
  JsonCells cells("x", kWanted);
  Record record;
  record.cells.assign(kWanted.size(), std::nullopt);
  return parser.parse(line, cells, record) ? std::optional(copy_of(record)) : std::nullopt;
}

/// What the other one makes of it; nothing where it refuses.
std::optional<Cells> thorough(const std::string& line) {
  JsonCells cells("x", kWanted);
  Record record;
  record.cells.assign(kWanted.size(), std::nullopt);
  try {
    cells.fill(cells.parse(line, 1), record);
  } catch (const RowError&) {
    return std::nullopt;
  }
  return copy_of(record);
}

TEST(QuickJson, TakesPlainLinesWithUnwantedMembersOfAnyKind) {
  EXPECT_EQ(
      quick(R"( {"z": {"a": [1, {"b": 2}]}, "a": "x\n\u00e9", "y": [[]], "b": [1, ["p", null], 2.5]} )"),
      (Cells{"x\n\u00E9",
             "1\x1fp\x1f\x1f"
             "2.5\x1f",
             "x\n\u00E9"}));
}

TEST(QuickJson, LeavesWhatIsNotPlainlyGood) {
  for (const char* line :
       {"", "[1]", "7", "\"a\"", "{\"a\": {}}", "{\"a\": [{}]}", "{\"a\": 1", "{\"a\": 1} x", "{\"a\": 1e3}",
        "{\"a\": -0}", "{\"a\": 12345678901234567890}", "{\"a\": \"\\ud800\"}", "{\"a\": NaN}", "{'a': 1}",
        "{\"a\": 1,}", "{\"a\": [[[[[[[[[[1]]]]]]]]]]}"})
    EXPECT_EQ(quick(line), std::nullopt) << line;
  EXPECT_EQ(quick(std::string("{\"a\": 1}\0{}", 11)), std::nullopt);
  EXPECT_EQ(quick("{\"z\": " + std::string(100'000, '[') + std::string(100'000, ']') + "}"), std::nullopt);
}

/// Pieces of lines in random order: what the quick parser takes, it takes as the other one does.
TEST(QuickJson, AgreesWithTheThoroughParser) {
  const std::vector<std::string> pieces = {"{",     "}",      "[",       "]",        ",",       ":",
                                           "\"a\"", "\"b\"",  "\"z\"",   "\"\\\"\"", "1",       "-2.5",
                                           "null",  "true",   " ",       "\\u00e9",  "{\"a\":", "{\"b\":[",
                                           "]}",    "\"x\"}", ",\"a\":", ",\"z\":{", "}}",      "0"};
  std::mt19937 draw(7);
  int64_t taken = 0;
  for (int n = 0; n < 200'000; ++n) {
    std::string line = n % 2 == 0 ? "{\"a\":" : "{\"b\":[";
    for (uint32_t count = draw() % 7; count > 0; --count) line += pieces[draw() % pieces.size()];
    if (n % 3 == 0) line += n % 2 == 0 ? "}" : "]}";
    const auto found = quick(line);
    taken += found ? 1 : 0;
    if (found) {
      ASSERT_EQ(found, thorough(line)) << line;
    }
  }
  EXPECT_GT(taken, 1000);
}

}  // namespace
}  // namespace r2rank::data
