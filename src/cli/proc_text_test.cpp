#include "cli/proc_text.h"

#include <gtest/gtest.h>

namespace r2rank::cli {
namespace {

TEST(ProcValue, FindsTheFirstLineOfThatKey) {
  const std::string text = "processor\t: 0\nmodel name\t: A B  \nmodel name : C";
  EXPECT_EQ(proc_value(text, "model name"), "A B");
  EXPECT_EQ(proc_value(text, "processor"), "0");
  EXPECT_EQ(proc_value(text, "model"), "");
  EXPECT_EQ(proc_value("", "x"), "");
  EXPECT_EQ(proc_value("key:", "key"), "");
}

TEST(HasWord, MatchesWholeWordsOnly) {
  EXPECT_TRUE(has_word("fpu avx2 sse", "avx2"));
  EXPECT_TRUE(has_word("avx2", "avx2"));
  EXPECT_TRUE(has_word("avx2x avx2", "avx2"));
  EXPECT_FALSE(has_word("avx2_vnni xavx2", "avx2"));
  EXPECT_FALSE(has_word("", "avx2"));
}

TEST(ReadIfThere, IsEmptyForAMissingFile) {
  EXPECT_EQ(read_if_there("/nonexistent/file"), "");
}

}  // namespace
}  // namespace r2rank::cli
