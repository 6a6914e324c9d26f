#include "data/json_cells.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using nlohmann::json;
using Cells = std::vector<std::optional<std::string>>;

struct FilledCells : ::testing::Test {
  Record record{.line = 3, .cells = {}};

  Cells filled(JsonCells& cells, const json& object) {
    cells.fill(object, record);
    Cells texts;
    for (const auto& cell : record.cells)
      texts.push_back(cell ? std::optional<std::string>(*cell) : std::nullopt);
    return texts;
  }
  Cells filled(const std::vector<std::string>& wanted, const json& object) {
    JsonCells cells("items.jsonl", wanted);
    return filled(cells, object);
  }
  /// What is said of an object that has no cells; it must be a fault of form.
  static std::string refusal(const auto& action) {
    try {
      action();
    } catch (const RowError& error) {
      EXPECT_EQ(error.fault(), RowFault::kForm);
      return error.what();
    }
    return "no error";
  }
};

TEST_F(FilledCells, StandInTheOrderInWhichTheyAreWanted) {
  EXPECT_EQ(filled({"text", "none", "whole", "real", "flag", "empty", "absent"}, {{"real", 2.5},
                                                                                  {"text", "a \"b\""},
                                                                                  {"whole", -7},
                                                                                  {"other", json::object()},
                                                                                  {"flag", false},
                                                                                  {"none", nullptr},
                                                                                  {"empty", ""}}),
            (Cells{"a \"b\"", "", "-7", "2.5", "false", "", std::nullopt}));
  EXPECT_EQ(filled({"n"}, {{"n", UINT64_MAX}}), (Cells{"18446744073709551615"}));
}

TEST_F(FilledCells, AreListsFlattenedWithEveryElementEnded) {
  EXPECT_EQ(filled({"a", "b", "c"},
                   {{"a", {"x"}}, {"b", {{"p", "q"}, json::array(), {2, nullptr}}}, {"c", json::array()}}),
            (Cells{"x\x1f",
                   "p\x1fq\x1f"
                   "2\x1f\x1f",
                   ""}));
}

TEST_F(FilledCells, AreGivenTwiceWhereWantedTwiceAndNeverToNoName) {
  EXPECT_EQ(filled({"a", "", "a", "b", "b"}, {{"a", 1}, {"", 2}}),
            (Cells{"1", std::nullopt, "1", std::nullopt, std::nullopt}));
}

TEST_F(FilledCells, KeepNothingOfTheRowBefore) {
  JsonCells cells("items.jsonl", {"a", "b", "b"});
  EXPECT_EQ(filled(cells, {{"a", "long enough to be kept"}, {"b", {1, 2}}}), (Cells{"long enough to be kept",
                                                                                    "1\x1f"
                                                                                    "2\x1f",
                                                                                    "1\x1f"
                                                                                    "2\x1f"}));
  EXPECT_EQ(filled(cells, {{"a", "x"}}), (Cells{"x", std::nullopt, std::nullopt}));
  EXPECT_EQ(filled(cells, {{"b", nullptr}}), (Cells{std::nullopt, "", ""}));
}

json nested(int lists) {
  json value = "x";
  for (int i = 0; i < lists; ++i) value = json::array({value});
  return {{"a", value}};
}

TEST_F(FilledCells, AreNoObjectsAndNoListsThatAreTooDeep) {
  EXPECT_EQ(filled({"a"}, nested(kMaxListDepth)), (Cells{"x\x1f"}));
  EXPECT_EQ(
      refusal([&] { filled({"a"}, nested(kMaxListDepth + 1)); }),
      "[import] expected text, a number or a list for 'a' in line 3 of items.jsonl, found a JSON array");
  EXPECT_EQ(
      refusal([&] { filled({"a"}, {{"a", {{"b", 1}}}}); }),
      "[import] expected text, a number or a list for 'a' in line 3 of items.jsonl, found a JSON object");
  testing::expect_parts(refusal([&] { filled({"a"}, {{"a", json::array({json::object()})}}); }),
                        {"'a' in line 3"});
  EXPECT_NO_THROW(filled({"b"}, nested(100))) << "nobody wants it";
}

TEST_F(FilledCells, AreTheNameOfTheirKindWhereAnythingIsAccepted) {
  JsonCells cells("items.jsonl", {"a", "b", "b"});
  cells.accept_any(1);
  EXPECT_EQ(filled(cells, {{"b", {{"c", 1}}}}), (Cells{std::nullopt, "object", "object"}));
  EXPECT_EQ(filled(cells, {{"b", json::array({json::object()})}}), (Cells{std::nullopt, "array", "array"}));
  EXPECT_EQ(filled(cells, {{"b", 2.5}}), (Cells{std::nullopt, "2.5", "2.5"}));
  testing::expect_parts(refusal([&] { filled(cells, {{"a", {{"c", 1}}}}); }), {"'a' in line 3"});
}

TEST_F(FilledCells, ComeFromObjectsAlone) {
  EXPECT_EQ(
      refusal([&] { filled({"a"}, json::array({1})); }),
      "[import] expected one JSON object a line in items.jsonl, found a JSON array in line 3; write one "
      "object a line (of a list: jq -c '.[]')");
  testing::expect_parts(refusal([&] { filled({"a"}, "text"); }), {"found a JSON string"});
}

TEST_F(FilledCells, AreParsedWithTheLineAndFileInTheMessage) {
  const JsonCells cells("items.jsonl", {"a"});
  EXPECT_EQ(cells.parse(R"({"a": [1]})", 12)["a"][0], 1);
  const std::string text = refusal([&] { cells.parse(R"({"a": )", 12); });
  EXPECT_TRUE(text.starts_with("[import] expected JSON in line 12 of items.jsonl")) << text;
  EXPECT_EQ(text.find("[import]", 1), std::string::npos) << "named once: " << text;
}

TEST(FoundNames, StandInTheOrderOfTheirFirstAppearance) {
  JsonCells cells("x", {"b"});
  for (const char* name : {"c", "b", "a", "b", "c"}) EXPECT_EQ(cells.column_of(name), *name == 'b' ? 0 : -1);
  EXPECT_EQ(cells.found(), (std::vector<std::string>{"c", "b", "a"}));
}

TEST(FoundNames, AreNotRememberedWithoutEnd) {
  JsonCells cells("x", {"wanted"});
  for (int64_t i = 0; i < 3 * kMostOtherNames; ++i) cells.column_of(fmt::format("name {}", i));
  cells.column_of("wanted");
  EXPECT_EQ(std::ssize(cells.found()), kMostOtherNames + 1);
  EXPECT_EQ(cells.found().back(), "wanted");
}

}  // namespace
}  // namespace r2rank::data
