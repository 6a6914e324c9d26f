#include "base/config.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"

namespace r2rank::base {
namespace {

struct Settings {
  bool shuffle = true;
  int64_t steps = 10;
  double rate = 6e-6;
  std::string credit = "marginal";
  std::vector<std::string> cuts = {"5", "10"};
  std::string model;

  void describe(ConfigFields& fields) {
    fields.add("shuffle", shuffle, "Shuffle the candidates.");
    fields.add("slates_per_step", steps, "Slates in one step.").between(1, 100);
    fields.add("learning_rate", rate, "Step size.").at_least(0);
    fields.add("credit", credit, "Token credit.").one_of({"none", "shared", "marginal"});
    fields.add("cuts", cuts, "Cut-offs.").one_of({"1", "5", "10", "20"});
    fields.add("model", model, "Model folder.").mandatory();
  }
};

class Config : public testing::Test {
 protected:
  Config() { settings_.describe(fields_); }
  ~Config() override { std::filesystem::remove(toml_); }

  std::string error(ErrorKind kind, const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), kind) << error.what();
      return error.what();
    }
    ADD_FAILURE() << "no error";
    return "";
  }
  std::string set_error(std::string_view name, std::string_view text) {
    return error(ErrorKind::kUsage, [&] { fields_.set(name, text); });
  }
  void load(std::string_view text) {
    write_file(toml_, text);
    fields_.load_toml(toml_);
  }
  std::string load_error(std::string_view text, ErrorKind kind = ErrorKind::kUsage) {
    return error(kind, [&] { load(text); });
  }
  static void expect_contains(const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  }

  Settings settings_;
  ConfigFields fields_;
  Path toml_ = std::filesystem::temp_directory_path() / fmt::format("r2rank_config_{}.toml", ::getpid());
};

TEST_F(Config, SetsEveryTypeFromText) {
  fields_.set("shuffle", "false");
  fields_.set("slates_per_step", "32");
  fields_.set("learning_rate", "1e-4");
  fields_.set("credit", "none");
  fields_.set("cuts", "1,20");
  EXPECT_FALSE(settings_.shuffle);
  EXPECT_EQ(settings_.steps, 32);
  EXPECT_EQ(settings_.rate, 1e-4);
  EXPECT_EQ(settings_.credit, "none");
  EXPECT_EQ(settings_.cuts, (std::vector<std::string>{"1", "20"}));
}

TEST_F(Config, KnowsWhatWasGivenEvenWhereItIsTheDefault) {
  EXPECT_FALSE(fields_.given("credit") || fields_.given("slates_per_step"));
  fields_.set("credit", "marginal");
  load("slates_per_step = 10\n");
  EXPECT_TRUE(fields_.given("credit") && fields_.given("slates_per_step"));
  EXPECT_FALSE(fields_.given("cuts"));
  set_error("cuts", "7");
  EXPECT_FALSE(fields_.given("cuts")) << "a refused value was not taken";
  expect_contains(error(ErrorKind::kUsage, [&] { fields_.given("credits"); }), "did you mean 'credit'?");
}

TEST_F(Config, NamesTheNearestKeyForAnUnknownOne) {
  expect_contains(set_error("learningrate", "1"),
                  "unknown key 'learningrate'; did you mean 'learning_rate'?");
  expect_contains(set_error("qqqqqqqq", "1"), "see --help");
}

TEST_F(Config, RefusesNumbersOutsideTheirRange) {
  expect_contains(set_error("slates_per_step", "0"), "choose a value from 1 to 100");
  expect_contains(set_error("slates_per_step", "101"), "out of range");
  expect_contains(set_error("learning_rate", "-1"), "at least 0");
  EXPECT_EQ(settings_.steps, 10) << "a refused value changes nothing";
}

TEST_F(Config, RefusesNanAndInfinity) {
  expect_contains(set_error("learning_rate", "nan"), "out of range");
  expect_contains(set_error("learning_rate", "inf"), "out of range");
  expect_contains(load_error("learning_rate = nan"), "out of range");
  double free = 0;
  fields_.add("free", free, "Any number.");
  expect_contains(set_error("free", "nan"), "a finite number");
}

TEST_F(Config, RefusesTextOfTheWrongType) {
  expect_contains(set_error("slates_per_step", "1.5"),
                  "expected a whole number for slates_per_step, found '1.5'");
  expect_contains(set_error("slates_per_step", "99999999999999999999"), "expected a whole number");
  expect_contains(set_error("slates_per_step", ""), "expected a whole number");
  expect_contains(set_error("learning_rate", "fast"), "expected a number");
  expect_contains(set_error("learning_rate", "1x"), "expected a number");
  expect_contains(set_error("shuffle", "maybe"), "expected true or false");
}

TEST_F(Config, ListsTheChoicesForAnUnknownOne) {
  expect_contains(set_error("credit", "margin"), "choose one of none, shared, marginal");
  expect_contains(set_error("cuts", "5,7"), "'7' is not known");
}

TEST_F(Config, AsksForMandatoryFields) {
  expect_contains(error(ErrorKind::kUsage, [&] { fields_.check_complete(); }),
                  "--model is needed (Model folder.)");
  fields_.set("model", "smollm2");
  EXPECT_NO_THROW(fields_.check_complete());
}

TEST_F(Config, ReadsAToml) {
  load(
      "shuffle = false\nslates_per_step = 7\nlearning_rate = 1\ncuts = [\"1\", 5]\nmodel = \"a, b\"  # a "
      "comment\n");
  EXPECT_FALSE(settings_.shuffle);
  EXPECT_EQ(settings_.steps, 7);
  EXPECT_EQ(settings_.rate, 1);
  EXPECT_EQ(settings_.cuts, (std::vector<std::string>{"1", "5"}));
  EXPECT_EQ(settings_.model, "a, b");
  EXPECT_NO_THROW(fields_.check_complete());
}

TEST_F(Config, RefusesATomlThatDoesNotFit) {
  expect_contains(load_error("warm = 1"), "unknown key 'warm'");
  expect_contains(load_error("[model]\npath = 1"), "the configuration is flat");
  expect_contains(load_error("model = [\"a\", \"b\"]"), "found a list");
  expect_contains(load_error("cuts = [\"1,5\"]"), "without commas");
  expect_contains(load_error("cuts = [[\"1\"], [\"5\"]]"), "a list of them");
  expect_contains(load_error("model = 2026-11-23"), "expected a number");
}

TEST_F(Config, NamesTheLineWhereATomlIsBroken) {
  expect_contains(load_error("shuffle = true\nslates_per_step = = 3\n", ErrorKind::kData), "(line 2)");
  expect_contains(load_error("shuffle = true\nshuffle = false\n", ErrorKind::kData), "not valid TOML");
  expect_contains(load_error(std::string("model = \"\xff\xfe\""), ErrorKind::kData), "not valid TOML");
}

TEST_F(Config, SaysWhenTheTomlCannotBeRead) {
  expect_contains(error(ErrorKind::kIo, [&] { fields_.load_toml("/nonexistent/r2rank.toml"); }),
                  "No such file");
}

TEST_F(Config, PrintsATomlThatReadsBackTheSame) {
  fields_.set("model", "with \"quotes\" and \\ and \n");
  fields_.set("cuts", "20");
  fields_.set("learning_rate", "0.1");
  Settings other;
  ConfigFields others;
  other.describe(others);
  write_file(toml_, fields_.as_toml());
  others.load_toml(toml_);
  EXPECT_EQ(other.model, settings_.model);
  EXPECT_EQ(others.as_json(), fields_.as_json());
}

TEST_F(Config, PrintsJsonInTheFieldsOrder) {
  const auto values = nlohmann::ordered_json::parse(fields_.as_json());
  EXPECT_EQ(values.begin().key(), "shuffle");
  EXPECT_EQ(values.at("slates_per_step"), 10);
  EXPECT_EQ(values.at("cuts"), (nlohmann::ordered_json{"5", "10"}));
}

TEST_F(Config, PrintsAPathThatIsNotUtf8WithoutFailing) {
  fields_.set("model", "caf\xe9");
  EXPECT_NO_THROW(fields_.as_json());
  EXPECT_NO_THROW(fields_.as_toml());
}

TEST_F(Config, PrintsItselfAsAMarkdownTable) {
  const auto text = fields_.as_markdown();
  expect_contains(text, "| `credit` | none, shared, marginal | `\"marginal\"` | Token credit. |");
  expect_contains(text, "| `model` | text | `(needed)` | Model folder. |");
}

TEST_F(Config, SpellsFlagsInKebabCase) {
  EXPECT_EQ(fields_.all()[1].flag(), "--slates-per-step");
}

}  // namespace
}  // namespace r2rank::base
