#include "report/json_file.h"

#include <gtest/gtest.h>

#include <cmath>

#include "data/test_support.h"

namespace r2rank::report {
namespace {

using data::testing::error_of, data::testing::expect_parts, data::testing::TemporaryFolder;

TEST(Rounded, KeepsSignificantDigitsAndWritesThemShort) {
  EXPECT_EQ(rounded(0.123456789).dump(), "0.12346");
  EXPECT_EQ(rounded(123456.789).dump(), "123460");
  EXPECT_EQ(rounded(-1234.5678, 3).dump(), "-1230");
  EXPECT_EQ(rounded(2.0).dump(), "2");
  EXPECT_EQ(rounded(-0.0).dump(), "0");
  EXPECT_EQ(rounded(1e300).dump(), "1e+300");
  EXPECT_EQ(rounded({0.25, 3}).dump(), "[0.25,3]");
}

TEST(Rounded, WhatIsNoNumberIsNull) {
  EXPECT_TRUE(rounded(NAN).is_null());
  EXPECT_TRUE(rounded(-INFINITY).is_null());
}

TEST(ReadJson, ADamagedFileIsNamed) {
  const TemporaryFolder folder;
  const auto path = folder.write("x.json", "{\"a\": 1");
  expect_parts(error_of(base::ErrorKind::kData, [&] { read_json(path); }), {"x.json"});
  folder.write("x.json", "[1]");
  expect_parts(error_of(base::ErrorKind::kData, [&] { read_json(path); }), {"JSON object", "x.json"});
  EXPECT_EQ(parse_object("{\"b\":1,\"a\":2}", "text").dump(), "{\"b\":1,\"a\":2}");
}

TEST(Reading, AFieldThatIsMissingNamesTheFile) {
  const Json json = {{"a", 1}};
  const auto read = [&] { return reading("x.json", [&] { return json.at("b").get<int>(); }); };
  expect_parts(error_of(base::ErrorKind::kData, read), {"x.json", "'b'"});
}

}  // namespace
}  // namespace r2rank::report
