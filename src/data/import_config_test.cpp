#include <set>

#include "data/import.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;

struct ImportFields : ::testing::Test {
  ImportConfig config;
  base::ConfigFields fields;
  ImportFields() { config.describe(fields); }
  std::string refusal(std::string_view name, std::string_view text) {
    return error_of(base::ErrorKind::kUsage, [&] { fields.set(name, text); });
  }
};

std::string default_text(const base::ConfigField& field) {
  if (const auto* text = std::get_if<std::string*>(&field.value)) return **text;
  if (const auto* number = std::get_if<int64_t*>(&field.value)) return std::to_string(**number);
  if (std::holds_alternative<std::vector<std::string>*>(field.value)) return "";
  return fmt::format("{}", *std::get<double*>(field.value));
}

TEST_F(ImportFields, NeedNothingButTheInteractions) {
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { fields.check_complete(); }), {"--interactions"});
  fields.set("interactions", "log.csv");
  EXPECT_NO_THROW(fields.check_complete());
  EXPECT_EQ(config.interactions, "log.csv");
}

TEST_F(ImportFields, HaveANameOfTheirOwnAndAnExplanation) {
  std::set<std::string> names;
  for (const base::ConfigField& field : fields.all()) {
    EXPECT_TRUE(names.insert(field.name).second) << field.name;
    EXPECT_FALSE(field.help.empty()) << field.name;
  }
}

TEST_F(ImportFields, StartFromValuesThatTheyWouldTake) {
  const std::string before = fields.as_json();
  for (const base::ConfigField& field : fields.all())
    EXPECT_NO_THROW(fields.set(field.name, default_text(field))) << field.name;
  EXPECT_EQ(fields.as_json(), before);
}

TEST_F(ImportFields, ListTheirChoicesWhenTheyRefuseAnother) {
  expect_parts(refusal("format", "xml"),
               {"'xml'", "auto, recbole, movielens-100k, movielens-1m, movielens-latest, amazon-2014"});
  expect_parts(refusal("time", "Real"), {"'Real'", "auto, real, order"});
  expect_parts(refusal("time_unit", "minutes"),
               {"'minutes'", "auto, seconds, milliseconds, microseconds, nanoseconds"});
  expect_parts(refusal("duplicates", ""), {"keep-first, keep-last, keep-all"});
}

TEST_F(ImportFields, RefuseNumbersThatTheyCannotMean) {
  expect_parts(refusal("item_core", "-1"), {"item_core = -1", "at least 0"});
  expect_parts(refusal("user_core", "2.5"), {"a whole number", "'2.5'"});
  expect_parts(refusal("from_time", "2020-01-01"), {"a whole number for from_time"});
  expect_parts(refusal("to_time", "9223372036854775808"), {"a whole number for to_time"});
  expect_parts(refusal("min_rating", "nan"), {"min_rating"});
  expect_parts(refusal("min_rating", "good"), {"a number for min_rating"});
}

TEST_F(ImportFields, TakeColumnNamesAndSeparatorsAsTheyStand) {
  fields.set("user_column", " Who? \u4E2D\u6587, \"quoted\"");
  EXPECT_EQ(config.user_column, " Who? \u4E2D\u6587, \"quoted\"");
  fields.set("category_separator", " ");
  EXPECT_EQ(config.category_separator, " ");
  fields.set("category_separator", "");
  EXPECT_EQ(config.category_separator, "");
}

TEST_F(ImportFields, AreFoundByTheNearestName) {
  expect_parts(refusal("user_colum", "x"), {"did you mean 'user_column'?"});
  expect_parts(refusal("time_units", "x"), {"did you mean 'time_unit'?"});
}

}  // namespace
}  // namespace r2rank::data
