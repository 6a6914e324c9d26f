#include "model/format/shown.h"

#include <gtest/gtest.h>

namespace r2rank::model {
namespace {

TEST(Shown, LeavesPlainNamesAlone) {
  EXPECT_EQ(shown("blk.0.attn_q.weight"), "blk.0.attn_q.weight");
}

TEST(Shown, KeepsControlCharactersFromTheTerminal) {
  EXPECT_EQ(shown("a\x1b[2J\n\xff"), "a\\x1b[2J\\x0a\\xff");
}

TEST(Shown, CutsLongNames) {
  EXPECT_EQ(shown(std::string(1000, 'a')), std::string(80, 'a') + "...");
}

}  // namespace
}  // namespace r2rank::model
