#include "base/toml_text.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "base/files.h"

namespace r2rank::base {
namespace {

std::string value_of(const std::string& text) {
  const toml::table table = toml::parse("key = " + text);
  return toml_as_text(*table.get("key"), "key");
}

TEST(TomlAsText, WritesScalarsAsFlagsWouldGiveThem) {
  EXPECT_EQ(value_of("'a b'"), "a b");
  EXPECT_EQ(value_of("-12"), "-12");
  EXPECT_EQ(value_of("0.25"), "0.25");
  EXPECT_EQ(value_of("true"), "true");
}

TEST(TomlAsText, JoinsListsByCommas) {
  EXPECT_EQ(value_of("['a', 2, 0.5]"), "a,2,0.5");
  EXPECT_EQ(value_of("[]"), "");
}

TEST(TomlAsText, RefusesWhatWouldChangeOnTheWay) {
  EXPECT_THROW(value_of("['a,b']"), Error);
  EXPECT_THROW(value_of("['']"), Error);
  EXPECT_THROW(value_of("{a = 1}"), Error);
  EXPECT_THROW(value_of("2020-01-01"), Error);
}

TEST(ReadToml, NamesTheFileAndTheLineOfAMistake) {
  const Path path = std::filesystem::temp_directory_path() / "r2rank_toml_text_test.toml";
  write_file(path, "a = 1\nb = = 2\n");
  try {
    read_toml(path);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("line 2"), std::string::npos) << error.what();
  }
  std::filesystem::remove(path);
}

TEST(ReadToml, RefusesNestingThatWouldExhaustTheStack) {
  const Path path = std::filesystem::temp_directory_path() / "r2rank_toml_deep_test.toml";
  write_file(path, std::string(40000, '.') + " = 1\n");
  EXPECT_THROW(read_toml(path), Error);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace r2rank::base
