#include "cli/shell.h"

#include <gtest/gtest.h>

namespace r2rank::cli {
namespace {

TEST(ShellWord, LeavesPlainWordsBare) {
  EXPECT_EQ(shell_word("data/ml-100k_1.csv"), "data/ml-100k_1.csv");
}

TEST(ShellWord, QuotesEverythingElse) {
  EXPECT_EQ(shell_word("my data"), "'my data'");
  EXPECT_EQ(shell_word(""), "''");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word("$(rm)"), "'$(rm)'");
}

}  // namespace
}  // namespace r2rank::cli
