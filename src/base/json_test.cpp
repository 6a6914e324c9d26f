#include "base/json.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace r2rank::base {
namespace {

template <class Action>
std::string data_error(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kData);
    return error.what();
  }
  return "accepted";
}

std::string refused(const std::string& text, const JsonLimits& limits = {}) {
  return data_error([&] { parse_json(text, "slates", "line 3 of x", limits); });
}

void expect_parts(const std::string& text, std::initializer_list<std::string> parts) {
  for (const std::string& part : parts)
    EXPECT_NE(text.find(part), std::string::npos) << "no '" << part << "' in: " << text;
}

std::string nested(size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(Json, IsParsedWhateverStandsAtTheTop) {
  EXPECT_EQ(parse_json(R"({"a": [1, {"b": null}]})", "x", "y").at("a").at(0), 1);
  EXPECT_EQ(parse_json("\xEF\xBB\xBF 7\n", "x", "y"), 7);
}

TEST(Json, ThatIsNoneIsRefusedWithPlaceAndReason) {
  for (const char* text : {"", "{\"a\": 1", "not json", "{\"a\": NaN}", "[1] 2", "]]"})
    expect_parts(refused(text), {"[slates] expected JSON in line 3 of x: ", "damaged or cut off"});
  expect_parts(refused("{\"a\": 1e999}"), {"numbers that a double holds in line 3 of x", "1e999"});
  expect_parts(refused("[1,\n2,"), {"line 2, column 3", "unexpected end of input"});
}

TEST(Json, ErrorsRepeatNoBytesOfTheText) {
  const std::string error = refused("{\"a\": \"\x1b[2J\xff" + std::string(100'000, 'a') + "\"}");
  EXPECT_EQ(error.find_first_of("\x1b\xff"), std::string::npos);
  EXPECT_EQ(error.find("json.exception"), std::string::npos);
  EXPECT_LT(error.size(), 400U);
  EXPECT_LT(refused("[" + std::string(100'000, '9') + "e999]").size(), 400U);
}

TEST(Json, NestedTooDeeplyIsRefusedWithoutACrash) {
  EXPECT_NO_THROW(parse_json(nested(64), "x", "y"));
  expect_parts(refused(nested(65)), {"at most 64 levels", "line 3 of x"});
  for (const size_t levels : {size_t{100'000}, size_t{5'000'000}}) {
    expect_parts(refused(nested(levels)), {"64 levels"});
    expect_parts(refused("{\"a\": " + std::string(levels, '[')), {"64 levels"});
    expect_parts(refused(std::string(levels, ']') + std::string(levels, '[')), {"expected JSON"});
  }
  EXPECT_NO_THROW(parse_json("[[1], [2]]", "x", "y", {.deepest = 2}));
  expect_parts(refused("[[[]]]", {.deepest = 2}), {"at most 2 levels"});
}

TEST(Json, BracketsInTextAreNoNesting) {
  const std::string brackets(100, '[');
  EXPECT_EQ(parse_json("[\"\\\"" + brackets + "\\\\\", 1]", "x", "y").at(1), 1);
}

TEST(Json, KeysThatOccurTwiceAreRefusedOnlyWhereAskedFor) {
  const std::string twice = R"({"a": 1, "b": {"c\u001b": 1, "c\u001b": 2}})";
  EXPECT_EQ(parse_json(twice, "x", "y").at("b").at("c\x1b"), 2);
  expect_parts(refused(twice, {.strict = true}), {"distinct keys in line 3 of x", "'c\\u001b' occurs twice"});
  EXPECT_NO_THROW(parse_json(R"({"a": {"c": 1}, "b": [{"c": 1}, {"c": 2}]})", "x", "y", {.strict = true}));
}

std::string format_error(const std::string& text) {
  const auto document = parse_json(text, "x", "y");
  return data_error([&] { check_format(document, "r2rank-thing", 2, "thing", "the file"); });
}

TEST(JsonFormat, OfThisAndEveryOlderVersionIsRead) {
  EXPECT_EQ(format_error(R"({"format": "r2rank-thing", "version": 1})"), "accepted");
  EXPECT_EQ(format_error(R"({"format": "r2rank-thing", "version": 2, "more": []})"), "accepted");
}

TEST(JsonFormat, OfANewerVersionIsRefusedSayingSo) {
  expect_parts(format_error(R"({"format": "r2rank-thing", "version": 3})"),
               {"[thing] expected version 2 or older in the file, found 3", "newer r2rank"});
  expect_parts(format_error(R"({"format": "r2rank-thing", "version": 18446744073709551615})"),
               {"2 or older", "found 18446744073709551615"});
}

TEST(JsonFormat, ThatIsMissingOrForeignIsRefused) {
  expect_parts(format_error(R"({"format": "other", "version": 1})"),
               {"expected \"r2rank-thing\" as 'format' in the file, found \"other\"", "another kind"});
  for (const char* text : {"{}", R"({"format": null})", R"({"format": ["r2rank-thing"], "version": 1})"})
    expect_parts(format_error(text), {"as 'format' in the file, found"});
  for (const char* version : {"0", "-1", "1.5", "\"1\"", "null", "[1]"})
    expect_parts(format_error(fmt::format(R"({{"format": "r2rank-thing", "version": {}}})", version)),
                 {"expected a whole number of 1 or more as 'version'"});
  expect_parts(format_error("[]"), {"expected a JSON object in the file, found a list"});
  expect_parts(format_error("null"), {"expected a JSON object in the file, found null"});
}

TEST(JsonExcerpt, ShowsShortValuesAndOnlyTheKindOfOthers) {
  EXPECT_EQ(json_excerpt("a\nb"), "\"a\\nb\"");
  EXPECT_EQ(json_excerpt(1.5), "1.5");
  EXPECT_EQ(json_excerpt(nlohmann::json::array({1, 2})), "a list");
  EXPECT_EQ(json_excerpt(nlohmann::json::object()), "an object");
  EXPECT_EQ(json_excerpt(std::string(100, 'a')), "\"" + std::string(39, 'a') + "...");
}

}  // namespace
}  // namespace r2rank::base
