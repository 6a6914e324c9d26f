#include "experiment/plan_value.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "base/error.h"

namespace r2rank::experiment {
namespace {

/// A field of each type, and the keys of a plan that set them.
struct PlanValue : ::testing::Test {
  bool flag = false;
  int64_t count = 1;
  double share = 0.5;
  std::string word = "a";
  std::vector<std::string> words, seeds;
  base::ConfigFields fields;
  PlanFile file{.path = "plan.toml"};

  PlanValue() {
    fields.add("flag", flag, "");
    fields.add("count", count, "").at_least(0);
    fields.add("share", share, "").between(0, 1);
    fields.add("word", word, "").one_of({"a", "b"});
    fields.add("words", words, "");
    fields.add("seeds", seeds, "");
  }
  void take(const std::string& text, Environment environment = Environment::kNo) {
    const toml::table table = toml::parse(text);
    for (const auto& [key, node] : table) take_value(fields, std::string(key.str()), node, file, environment);
  }
  std::string refusal(const std::string& text, Environment environment = Environment::kNo) {
    try {
      take(text, environment);
    } catch (const base::Error& error) {
      EXPECT_EQ(error.exit_code(), 2);
      return error.what();
    }
    return "nothing was refused";
  }
};

TEST_F(PlanValue, OfTheTypeOfItsFieldIsSet) {
  take("flag = true\ncount = 3\nshare = 1\nword = 'b'\nwords = ['x', 'y']\nseeds = [7, 8]\n");
  EXPECT_TRUE(flag);
  EXPECT_EQ(count, 3);
  EXPECT_EQ(share, 1);
  EXPECT_EQ(word, "b");
  EXPECT_EQ(words, (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(seeds, (std::vector<std::string>{"7", "8"}));
  take("share = 0.25\nwords = []\n");
  EXPECT_EQ(share, 0.25);
  EXPECT_TRUE(words.empty());
}

TEST_F(PlanValue, OfAnotherTypeIsRefusedWithItsLine) {
  EXPECT_EQ(refusal("\n\ncount = '3'"),
            "[compare] line 3 of plan.toml: expected a whole number for 'count', found the text '3'");
  EXPECT_EQ(refusal("words = ['x', 2]"),
            "[compare] line 1 of plan.toml: expected a list of texts for 'words', found a list with 2");
  EXPECT_EQ(refusal("flag = 1"), "[compare] line 1 of plan.toml: expected true/false for 'flag', found 1");
  EXPECT_EQ(refusal("share = true"),
            "[compare] line 1 of plan.toml: expected a number for 'share', found true");
  EXPECT_EQ(refusal("word = { a = 1 }"),
            "[compare] line 1 of plan.toml: expected text for 'word', found a table");
}

TEST_F(PlanValue, OutOfRangeOrUnknownIsRefusedWithItsLine) {
  EXPECT_EQ(refusal("count = -1").find("[compare] line 1 of plan.toml: count = -1 is out of range"), 0U);
  EXPECT_NE(refusal("\nword = 'c'").find("line 2 of plan.toml: word = 'c' is not known"), std::string::npos);
  EXPECT_NE(refusal("cuont = 1").find("did you mean 'count'?"), std::string::npos);
}

TEST_F(PlanValue, MayAskForTheEnvironmentWhereItStandsForSettings) {
  ::setenv("R2RANK_PLAN_VALUE_TEST", "4", 1);
  take("count = '${R2RANK_PLAN_VALUE_TEST}'\nwords = ['x${R2RANK_PLAN_VALUE_TEST}']\n", Environment::kYes);
  EXPECT_EQ(count, 4);
  EXPECT_EQ(words, std::vector<std::string>{"x4"});
  EXPECT_EQ(file.environment, std::vector<std::string>{"R2RANK_PLAN_VALUE_TEST"});
  EXPECT_NE(refusal("count = '${R2RANK_PLAN_VALUE_TEST}'").find("expected a whole number"),
            std::string::npos);
  ::unsetenv("R2RANK_PLAN_VALUE_TEST");
  EXPECT_NE(
      refusal("count = '${R2RANK_PLAN_VALUE_TEST}'", Environment::kYes).find("set the environment variable"),
      std::string::npos);
  EXPECT_NE(refusal("count = '${R2RANK'", Environment::kYes).find("expected a '}'"), std::string::npos);
}

TEST_F(PlanValue, WhereTablesBelongIsATable) {
  const toml::table table = toml::parse("a = 1\n[[rows]]\nx = 2\n[one]\n");
  EXPECT_EQ(tables_at(*table.get("rows"), "rows", file).size(), 1U);
  EXPECT_TRUE(table_at(*table.get("one"), "one", file).empty());
  for (const auto& look :
       {+[](const toml::node& node, const PlanFile& plan) { tables_at(node, "rows", plan); },
        +[](const toml::node& node, const PlanFile& plan) { table_at(node, "one", plan); }}) {
    try {
      look(*table.get("a"), file);
      FAIL() << "nothing was refused";
    } catch (const base::Error& error) {
      EXPECT_NE(std::string(error.what()).find("line 1 of plan.toml: expected"), std::string::npos)
          << error.what();
    }
  }
}

}  // namespace
}  // namespace r2rank::experiment
