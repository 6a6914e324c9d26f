#include "cli/help.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "cli/table.h"
#include "cli/verbs.h"

namespace r2rank::cli {
namespace {

struct Page {
  VerbText about;
  std::string text;
  Flags flags;
};

/// Every verb with its help page; the verb itself is kept, since the flags point into it.
class HelpPages : public ::testing::Test {
 protected:
  HelpPages() : verbs_(all_verbs()) {
    for (const auto& verb : verbs_) {
      Flags flags;
      verb->declare(flags);
      const VerbText about = verb->text();
      std::string text = verb_help(about, flags);
      pages_.push_back({about, std::move(text), std::move(flags)});
    }
  }
  std::vector<std::unique_ptr<Verb>> verbs_;
  std::vector<Page> pages_;
};

size_t longest_line(const std::string& text) {
  std::istringstream lines(text);
  size_t longest = 0;
  for (std::string line; std::getline(lines, line);) longest = std::max(longest, text_width(line));
  return longest;
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(HelpPages, FitIntoOneHundredColumns) {
  EXPECT_LE(longest_line(program_help()), 100u);
  for (const auto& page : pages_) EXPECT_LE(longest_line(page.text), 100u) << page.about.name;
}

TEST_F(HelpPages, NameEveryFieldOrItsArgument) {
  for (const auto& page : pages_)
    for (const auto& field : page.flags.fields().all())
      EXPECT_TRUE(contains(page.text, field.flag().substr(2))) << page.about.name << " " << field.name;
}

TEST_F(HelpPages, EveryFieldStandsUnderAHeading) {
  for (const auto& page : pages_) {
    if (page.flags.fields().all().empty()) continue;
    ASSERT_FALSE(page.flags.groups().empty()) << page.about.name;
    EXPECT_EQ(page.flags.groups().front().first, 0u) << page.about.name;
  }
}

TEST_F(HelpPages, NoFieldHidesACommonFlag) {
  const std::set<std::string> common = {"config", "print_config", "json", "dry_run",
                                        "quiet",  "verbose",      "help", "profile"};
  for (const auto& page : pages_)
    for (const auto& field : page.flags.fields().all())
      EXPECT_EQ(common.count(field.name), 0u) << page.about.name << " " << field.name;
}

TEST_F(HelpPages, HavePurposeUsageExamplesAndExitCodes) {
  for (const auto& page : pages_) {
    EXPECT_TRUE(contains(page.text, "Usage: r2rank " + std::string(page.about.name)));
    EXPECT_TRUE(contains(page.text, "Examples:\n")) << page.about.name;
    EXPECT_TRUE(contains(page.text, "Exit codes:\n"));
    EXPECT_FALSE(page.about.purpose.empty());
    EXPECT_LE(page.about.summary.size(), 70u) << page.about.name;
    EXPECT_FALSE(page.about.summary.ends_with('.')) << page.about.name;
  }
}

TEST_F(HelpPages, ProgramPageListsEveryVerbOnce) {
  const std::string page = program_help();
  for (const auto& entry : pages_) {
    const std::string line = "\n  " + std::string(entry.about.name) + " ";
    EXPECT_TRUE(contains(page, line)) << entry.about.name;
    EXPECT_EQ(page.find(line), page.rfind(line));
  }
}

TEST(VerbHelp, ShowsDefaultRangeAndChoices) {
  Flags flags;
  int64_t count = 19;
  double rate = 0.5;
  std::string way = "uniform", source;
  flags.group("Protocol");
  flags.fields().add("negative_count", count, "Negatives a slate").at_least(1);
  flags.fields().add("rate", rate, "Share").between(0, 1);
  flags.fields().add("way", way, "Way").one_of({"uniform", "popularity"});
  flags.fields().add("source", source, "Input");
  flags.positional("SOURCE", "source");
  const std::string page =
      verb_help({.name = "x", .group = "", .summary = "s", .purpose = "p", .examples = ""}, flags);
  EXPECT_TRUE(contains(page, "Negatives a slate (default: 19; at least 1)"));
  EXPECT_TRUE(contains(page, "Share (default: 0.5; 0 to 1)"));
  EXPECT_TRUE(contains(page, "Way (default: uniform; one of uniform, popularity)"));
  EXPECT_TRUE(contains(page, "Usage: r2rank x SOURCE [flags]"));
  EXPECT_TRUE(contains(page, "Input (also: --source)"));
}

TEST(VerbHelp, ContinuesLongExamplesInFrontOfAFlag) {
  const std::string command =
      "r2rank x " + std::string(60, 'a') + " --first one --second two --third three --fourth four";
  const std::string page =
      verb_help({.name = "x", .group = "", .summary = "s", .purpose = "p", .examples = command}, {});
  EXPECT_LE(longest_line(page.substr(0, page.find("Every verb has"))), 100u);
  EXPECT_TRUE(contains(page, " \\\n      --"));
  EXPECT_TRUE(contains(page, "--fourth four\n"));
}

TEST(FamilyHelp, ListsTheVerbsOfTwoWords) {
  EXPECT_TRUE(contains(family_help("model"), "model inspect"));
  EXPECT_FALSE(contains(family_help("model"), "split"));
}

TEST(FamilyHelp, IsEmptyForAWordNoVerbBeginsWith) {
  EXPECT_EQ(family_help("nothing"), "");
}

}  // namespace
}  // namespace r2rank::cli
