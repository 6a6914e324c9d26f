#include "cli/flags.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace r2rank::cli {
namespace {

TEST(Flags, GroupsHoldTheFieldsAddedAfterThem) {
  Flags flags;
  int64_t one = 1, two = 2, three = 3;
  flags.group("Early");
  flags.fields().add("one", one, "First");
  flags.group("Late");
  flags.fields().add("two", two, "Second");
  flags.fields().add("three", three, "Third");
  ASSERT_EQ(flags.fields_of(0).size(), 1u);
  EXPECT_EQ(flags.fields_of(0)[0]->name, "one");
  ASSERT_EQ(flags.fields_of(1).size(), 2u);
  EXPECT_EQ(flags.fields_of(1)[1]->name, "three");
}

TEST(Flags, NeededPositionalIsMandatoryAndOptionalIsNot) {
  Flags flags;
  std::string source, extra;
  flags.fields().add("source", source, "Input");
  flags.fields().add("extra", extra, "More");
  flags.positional("SOURCE", "source");
  flags.positional("EXTRA", "extra", false);
  EXPECT_TRUE(flags.find("source").required);
  EXPECT_FALSE(flags.find("extra").required);
}

TEST(Flags, ValuesAreShownForPeople) {
  base::ConfigFields fields;
  bool on = true;
  int64_t seven = 7, unlimited = std::numeric_limits<int64_t>::min();
  double share = 0.8, no_bound = -1e300;
  std::string empty;
  std::vector<std::string> list = {"a", "b"};
  EXPECT_EQ(shown_value(fields.add("a", on, "")), "on");
  EXPECT_EQ(shown_value(fields.add("b", seven, "")), "7");
  EXPECT_EQ(shown_value(fields.add("c", unlimited, "")), "none");
  EXPECT_EQ(shown_value(fields.add("d", share, "")), "0.8");
  EXPECT_EQ(shown_value(fields.add("e", no_bound, "")), "none");
  EXPECT_EQ(shown_value(fields.add("f", empty, "")), "empty");
  EXPECT_EQ(shown_value(fields.add("g", list, "")), "a,b");
}

TEST(Flags, HelpBeginsWithACapitalLetterButFormulasStay) {
  base::ConfigFields fields;
  bool value = false;
  EXPECT_EQ(shown_help(fields.add("a", value, "write f32")), "Write f32");
  EXPECT_EQ(shown_help(fields.add("b", value, "k of NDCG@k")), "k of NDCG@k");
  EXPECT_EQ(shown_help(fields.add("c", value, "silent: no rationale")), "silent: no rationale");
  EXPECT_EQ(shown_help(fields.add("d", value, "")), "");
}

}  // namespace
}  // namespace r2rank::cli
