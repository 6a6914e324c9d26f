#include "data/json_fields.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;
constexpr auto kData = base::ErrorKind::kData;

JsonFields fields(const std::string& text) {
  return JsonFields(text, "slates", "line 3 of x");
}

TEST(JsonFields, GivesTypedValues) {
  const auto json = fields(
      R"({"t": "a", "b": true, "n": -3, "u": 18446744073709551615, "l": [1], "o": {"t": "b"}, "i": 7})");
  EXPECT_EQ(json.text("t"), "a");
  EXPECT_TRUE(json.boolean("b"));
  EXPECT_EQ(json.integer("n", -5, 5), -3);
  EXPECT_EQ(json.unsigned_integer("u"), UINT64_MAX);
  EXPECT_EQ(json.list("l").size(), 1U);
  EXPECT_EQ(json.object("o").text("t"), "b");
  EXPECT_EQ(json.id("i"), "7");
  EXPECT_EQ(json.id("t"), "a");
}

TEST(JsonFields, NamesFieldPlaceAndWhatWasFound) {
  const auto json = fields(R"({"n": 9, "u": 18446744073709551615, "f": 1.5, "s": "x", "e": ""})");
  expect_parts(error_of(kData, [&] { json.text("n"); }),
               {"[slates] expected text as 'n' in line 3 of x, found 9"});
  expect_parts(error_of(kData, [&] { json.text("absent"); }), {"found nothing"});
  expect_parts(error_of(kData, [&] { json.integer("n", 0, 5); }), {"from 0 to 5", "found 9"});
  error_of(kData, [&] { json.integer("u", 0, INT64_MAX); });
  error_of(kData, [&] { json.integer("f", 0, 5); });
  error_of(kData, [&] { json.unsigned_integer("f"); });
  error_of(kData, [&] { json.boolean("n"); });
  error_of(kData, [&] { json.list("s"); });
  error_of(kData, [&] { json.object("s"); });
  error_of(kData, [&] { json.id("e"); });
}

TEST(JsonFields, RefusesBrokenForeignAndAbsurdText) {
  expect_parts(error_of(kData, [] { fields("{\"a\":"); }), {"expected JSON in line 3 of x"});
  expect_parts(error_of(kData, [] { fields("[1]"); }), {"JSON object", "found a JSON array"});
  expect_parts(error_of(kData, [] { fields(std::string(100000, '[')); }), {"64 levels"});
}

TEST(JsonFields, BracketsInTextAreNoNesting) {
  EXPECT_EQ(fields("{\"t\": \"\\\"" + std::string(100, '[') + "\"}").text("t").size(), 101U);
}

TEST(JsonFields, ReadsOlderVersionsAndRefusesNewerOnes) {
  EXPECT_NO_THROW(fields(R"({"format": "f", "version": 1})").check_format("f", 2));
  expect_parts(error_of(kData, [] { fields(R"({"format": "f", "version": 3})").check_format("f", 2); }),
               {"version 2 or older", "found 3"});
  error_of(kData, [] { fields(R"({"format": "g", "version": 1})").check_format("f", 2); });
  error_of(kData, [] { fields(R"({"format": "f", "version": 0})").check_format("f", 2); });
}

}  // namespace
}  // namespace r2rank::data
