#include "text/utf8.h"

#include <gtest/gtest.h>

namespace r2rank::text {
namespace {

TEST(Utf8, EveryCodePointSurvivesEncodingAndDecoding) {
  for (uint32_t code_point = 0; code_point < 0x110000; ++code_point) {
    if (code_point >= 0xD800 && code_point < 0xE000) continue;
    std::string text;
    append_utf8(text, code_point);
    const Utf8Char read = utf8_at(text, 0);
    ASSERT_TRUE(read.valid);
    ASSERT_EQ(read.code_point, code_point);
    ASSERT_EQ(read.bytes, text.size());
  }
}

TEST(Utf8, SurrogatesOverlongFormsAndBytesBeyondTheRangeAreIllFormed) {
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));
  EXPECT_FALSE(is_utf8("\xC0\xAF"));
  EXPECT_FALSE(is_utf8("\xE0\x80\xAF"));
  EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));
  EXPECT_FALSE(is_utf8("\xFF"));
  EXPECT_TRUE(is_utf8("a\xC3\xA9\xF0\x9F\x98\x80"));
}

TEST(Utf8, RepairReplacesMaximalSubpartsAsTheUnicodeStandardTabulates) {
  // Unicode 15, table 3-11.
  EXPECT_EQ(repaired_utf8("\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64"),
            "a\uFFFD\uFFFD\uFFFDb\uFFFDc\uFFFD\uFFFDd");
  EXPECT_EQ(repaired_utf8("\xE2\x82"), "\uFFFD");
  EXPECT_EQ(repaired_utf8("plain \u00E9"), "plain \u00E9");
}

TEST(Utf8, ACutCharacterAtTheEndIsDroppedAndAWholeOneKept) {
  EXPECT_EQ(without_cut_tail("ab\xF0\x9F\x98"), "ab");
  EXPECT_EQ(without_cut_tail("ab\xC3"), "ab");
  EXPECT_EQ(without_cut_tail("ab\xC3\xA9"), "ab\xC3\xA9");
  EXPECT_EQ(without_cut_tail("ab"), "ab");
  EXPECT_EQ(without_cut_tail(""), "");
}

TEST(Utf8, TheLastCharacterIsFoundBehindItsLeadByte) {
  EXPECT_EQ(utf8_last("a\u20AC").code_point, 0x20ACu);
  EXPECT_EQ(utf8_last("x").code_point, uint32_t{'x'});
}

}  // namespace
}  // namespace r2rank::text
