#include "model/format/strict_json.h"

#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

std::string error_in(const std::string& text, int deepest = 8) {
  return data_error([&] { parse_strict_json(text, "model", "some.json", deepest); });
}

TEST(StrictJson, ParsesAnObject) {
  const auto json = parse_strict_json(R"({"a": [1, {"b": null}], "c": "\u00e4"})", "model", "file", 8);
  EXPECT_EQ(json["a"][0], 1);
  EXPECT_EQ(json["c"], "\xc3\xa4");
}

TEST(StrictJson, RefusesWhatIsNoObject) {
  EXPECT_CONTAINS(error_in("[1]"), "[model] some.json: expected a JSON object, found array");
  EXPECT_CONTAINS(error_in(""), "[model] expected JSON in some.json");
  EXPECT_CONTAINS(error_in("{\"a\": 1"), "expected JSON");
  EXPECT_CONTAINS(error_in("{\"a\": 1e999}"), "expected numbers that a double holds in some.json");
  EXPECT_CONTAINS(error_in("{\"a\": \"\xff\"}"), "expected JSON");
}

TEST(StrictJson, RefusesAKeyTwiceInOneObjectOnly) {
  EXPECT_CONTAINS(error_in(R"({"a": 1, "b": {"c": 1, "c": 2}})"), "'c' occurs twice");
  EXPECT_NO_THROW(parse_strict_json(R"({"a": {"c": 1}, "b": {"c": 1}})", "model", "file", 8));
}

TEST(StrictJson, RefusesDeepNestingWithoutRunningOutOfStack) {
  EXPECT_NO_THROW(parse_strict_json(R"({"a": [[1]]})", "model", "file", 3));
  EXPECT_CONTAINS(error_in(R"({"a": [[[1]]]})", 3), "at most 3 levels");
  EXPECT_CONTAINS(error_in("{\"a\":" + std::string(2'000'000, '[')), "at most 8 levels");
}

class JsonObjectTest : public testing::Test {
 protected:
  nlohmann::json json_ = nlohmann::json::parse(
      R"({"int": -3, "big": 18446744073709551615, "real": 0.5, "flag": true, "text": "x", "object": {"y": 1}, "none": null})");
  JsonObject object_{json_, "model", "some.json"};
};

TEST_F(JsonObjectTest, GivesMembersByType) {
  EXPECT_EQ(object_.integer("int"), -3);
  EXPECT_EQ(object_.find_number("int"), -3.0);
  EXPECT_EQ(object_.find_number("real"), 0.5);
  EXPECT_EQ(object_.find_flag("flag"), true);
  EXPECT_EQ(object_.text("text"), "x");
  EXPECT_EQ(object_.object("object").integer("y"), 1);
}

TEST_F(JsonObjectTest, NullCountsAsMissing) {
  EXPECT_FALSE(object_.has("none"));
  EXPECT_FALSE(object_.find_integer("none") || object_.find_text("absent") || object_.find_object("none"));
  EXPECT_CONTAINS(data_error([&] { object_.integer("none"); }), "some.json: 'none' is missing");
  EXPECT_CONTAINS(data_error([&] { object_.text("absent"); }), "'absent' is missing");
  EXPECT_CONTAINS(data_error([&] { object_.object("absent"); }), "'absent' is missing");
}

TEST_F(JsonObjectTest, AnotherTypeIsAnErrorThatShowsTheValue) {
  EXPECT_CONTAINS(data_error([&] { object_.integer("real"); }),
                  "expected 'real' to be a whole number, found 0.5");
  EXPECT_CONTAINS(data_error([&] { object_.integer("big"); }), "found 18446744073709551615");
  EXPECT_CONTAINS(data_error([&] { object_.find_number("text"); }), "a number");
  EXPECT_CONTAINS(data_error([&] { object_.find_flag("int"); }), "true or false");
  EXPECT_CONTAINS(data_error([&] { object_.text("flag"); }), "to be text");
  EXPECT_CONTAINS(data_error([&] { object_.object("int"); }), "an object");
}

}  // namespace
}  // namespace r2rank::model
