#include "cli/parse.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"

namespace r2rank::cli {
namespace {

/// A verb's worth of flags, one of each type.
class Parse : public ::testing::Test {
 protected:
  Parse() {
    flags_.group("All");
    flags_.fields().add("source", source_, "Input");
    flags_.fields().add("slates_per_step", slates_, "Slates").at_least(1);
    flags_.fields().add("rate", rate_, "Learning rate").between(0, 1);
    flags_.fields().add("shuffle", shuffle_, "Shuffle");
    flags_.fields().add("template", template_, "Prompt");
    flags_.fields().add("metrics", metrics_, "Metrics");
    flags_.positional("SOURCE", "source");
    flags_.output(output_, "the result");
  }
  ~Parse() override { std::filesystem::remove(file_); }

  CommonFlags parse(const std::vector<std::string>& arguments) { return parse_arguments(arguments, flags_); }

  std::string refusal(const std::vector<std::string>& arguments) {
    try {
      check_complete(flags_, parse(arguments));
    } catch (const base::Error& error) {
      return error.what();
    }
    return "(accepted)";
  }

  std::string config_file(const std::string& text) {
    base::write_file(file_, text);
    return file_.string();
  }

  Flags flags_;
  std::string source_, template_ = "x";
  int64_t slates_ = 8;
  double rate_ = 0.5;
  bool shuffle_ = true;
  std::vector<std::string> metrics_;
  OutputFolder output_;
  base::Path file_ = std::filesystem::temp_directory_path() / fmt::format("parse_test.{}.toml", ::getpid());
};

void expect_contains(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST_F(Parse, SetsEachTypeFromItsFlag) {
  const auto common = parse(
      {"in.csv", "--slates-per-step", "3", "--rate=0.25", "--no-shuffle", "--metrics", "a,b", "--json"});
  EXPECT_EQ(source_, "in.csv");
  EXPECT_EQ(slates_, 3);
  EXPECT_EQ(rate_, 0.25);
  EXPECT_FALSE(shuffle_);
  EXPECT_EQ(metrics_, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(common.json);
  EXPECT_FALSE(common.dry_run);
}

TEST_F(Parse, PositionalMayStandAnywhere) {
  parse({"--shuffle", "--rate", "0.1", "in.csv", "--output", "o"});
  EXPECT_EQ(source_, "in.csv");
  EXPECT_EQ(output_.output, "o");
}

TEST_F(Parse, LastOfARepeatedFlagCountsAndListsGrow) {
  parse({"--rate", "0.1", "--rate", "0.2", "--metrics", "a", "--metrics", "b"});
  EXPECT_EQ(rate_, 0.2);
  EXPECT_EQ(metrics_, (std::vector<std::string>{"a", "b"}));
}

TEST_F(Parse, ValuesAreTakenLiterally) {
  for (const std::string value :
       {"[{title}] [by {brand}]", "-1", "--rate", "", "a b", "$HOME \"x\" \\n", "[a,b]", "%%", "{}"}) {
    parse({"--template", value});
    EXPECT_EQ(template_, value);
  }
}

TEST_F(Parse, EmptyValueAfterEqualsSignIsEmpty) {
  parse({"--template=", "in.csv"});
  EXPECT_EQ(template_, "");
  EXPECT_EQ(source_, "in.csv");
}

TEST_F(Parse, FlagsWinOverTheFile) {
  const auto file = config_file("slates_per_step = 5\nrate = 0.75\nshuffle = false\n");
  parse({"--rate", "0.25", "--config", file});
  EXPECT_EQ(slates_, 5);
  EXPECT_EQ(rate_, 0.25);
  EXPECT_FALSE(shuffle_);
}

TEST_F(Parse, PrintedConfigurationReadsBackTheSame) {
  parse({"in.csv", "--rate", "0.1", "--template", "say \"hi\"\n[{title}]", "--metrics", "a,b", "--output",
         "o"});
  const std::string printed = flags_.fields().as_toml();
  parse({"--rate", "0.9", "--template", "y", "--metrics", "c"});
  parse({"--config", config_file(printed)});
  EXPECT_EQ(flags_.fields().as_toml(), printed);
}

TEST_F(Parse, UnsetOutputOfAPrintedConfigurationIsStillNeeded) {
  const auto file = config_file(flags_.fields().as_toml());
  expect_contains(refusal({"in.csv", "--config", file}), "--output is needed");
}

TEST_F(Parse, DryRunNeedsNoOutput) {
  EXPECT_NE(refusal({"in.csv"}), "(accepted)");
  EXPECT_EQ(refusal({"in.csv", "--dry-run"}), "(accepted)");
}

TEST_F(Parse, MissingPositionalIsNamed) {
  expect_contains(refusal({"--output", "o"}), "--source is needed");
}

TEST_F(Parse, UnknownFlagNamesTheNearest) {
  expect_contains(refusal({"in.csv", "--slates-per-stp", "4"}), "did you mean '--slates-per-step'?");
  expect_contains(refusal({"in.csv", "--no-shufle"}), "did you mean '--no-shuffle'?");
  expect_contains(refusal({"in.csv", "--slates_per_step=4"}), "did you mean '--slates-per-step'?");
  expect_contains(refusal({"in.csv", "--jsn"}), "did you mean '--json'?");
  expect_contains(refusal({"in.csv", "--zzzzzzzzzz"}), "--help lists");
  expect_contains(refusal({"in.csv", "-x"}), "unknown flag '-x'");
}

TEST_F(Parse, WrongValuesAreRefused) {
  expect_contains(refusal({"in.csv", "--slates-per-step", "many"}), "slates_per_step");
  expect_contains(refusal({"in.csv", "--slates-per-step", "0"}), "at least 1");
  expect_contains(refusal({"in.csv", "--rate", "nan"}), "out of range");
  expect_contains(refusal({"in.csv", "--shuffle=maybe"}), "shuffle");
}

TEST_F(Parse, MissingValueAndExtraArgumentsAreRefused) {
  expect_contains(refusal({"in.csv", "--rate"}), "--rate");
  expect_contains(refusal({"in.csv", "other.csv"}), "unexpected argument 'other.csv'");
}

TEST_F(Parse, SourceGivenTwiceIsRefused) {
  expect_contains(refusal({"in.csv", "--source", "other.csv"}), "given twice");
}

TEST_F(Parse, BadFilesAreRefused) {
  expect_contains(refusal({"in.csv", "--config", "/nonexistent.toml"}), "no such file");
  expect_contains(refusal({"in.csv", "--config", "/"}), "it is a folder");
  expect_contains(refusal({"in.csv", "--config", config_file("rate = = 1")}), "not valid TOML");
  expect_contains(refusal({"in.csv", "--config", config_file("rat = 0.1")}), "did you mean 'rate'?");
  expect_contains(refusal({"in.csv", "--config", config_file("[train]\nrate = 0.1")}), "train");
}

TEST_F(Parse, ListTakesAllRemainingPositionals) {
  Flags flags;
  std::string first;
  std::vector<std::string> rest;
  flags.group("All");
  flags.fields().add("first", first, "First");
  flags.fields().add("rest", rest, "Rest");
  flags.positional("FIRST", "first");
  flags.positional("REST", "rest", false);
  parse_arguments({"a", "b", "c"}, flags);
  EXPECT_EQ(first, "a");
  EXPECT_EQ(rest, (std::vector<std::string>{"b", "c"}));
}

TEST(AsksForHelp, LooksBeforeADoubleDash) {
  EXPECT_TRUE(asks_for_help({"x", "--help"}));
  EXPECT_TRUE(asks_for_help({"-h"}));
  EXPECT_FALSE(asks_for_help({"x", "--", "--help"}));
  EXPECT_FALSE(asks_for_help({}));
}

}  // namespace
}  // namespace r2rank::cli
