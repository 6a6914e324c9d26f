#include "baselines/words.h"

#include <gtest/gtest.h>

namespace r2rank::baselines {
namespace {

using Words = std::vector<std::string>;

TEST(WordSplitter, LowersWordsAndDropsThoseOfOneCharacter) {
  const WordSplitter splitter;
  EXPECT_EQ(splitter.split("SUPCO SPP6 Relay/Capacitor, 1-1/4\" x_y A"),
            (Words{"supco", "spp6", "relay", "capacitor", "x_y"}));
}

TEST(WordSplitter, LowersLettersOfAnyScript) {
  const WordSplitter splitter;
  EXPECT_EQ(splitter.split("GRÖSSE СТАЛЬ ŽLUŤ 日本語テープ"),
            (Words{"grösse", "сталь", "žluť", "日本語テープ"}));
}

TEST(WordSplitter, FindsNothingInEmptyTextOrPunctuation) {
  const WordSplitter splitter;
  EXPECT_TRUE(splitter.split("").empty());
  EXPECT_TRUE(splitter.split(" - !? a 1 ").empty());
}

TEST(WordSplitter, TakesInvalidUtf8AsASeparator) {
  const WordSplitter splitter;
  EXPECT_EQ(splitter.split("steel\xFF\xFE bolt\xC3"), (Words{"steel", "bolt"}));
  EXPECT_EQ(splitter.split("\x80\x80nut\xE2\x82"), (Words{"nut"}));
  EXPECT_TRUE(splitter.split(std::string(1000, '\xF0')).empty());
}

TEST(WordSplitter, KeepsZeroBytesOutOfWords) {
  const WordSplitter splitter;
  EXPECT_EQ(splitter.split(std::string("ab\0cd", 5)), (Words{"ab", "cd"}));
}

TEST(WordSplitter, CutsALongTextInOnePass) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "wörd\xFF ";
  EXPECT_EQ(WordSplitter().split(text).size(),
            100000U);  // minutes where each word costs a look at the whole text
}

}  // namespace
}  // namespace r2rank::baselines
