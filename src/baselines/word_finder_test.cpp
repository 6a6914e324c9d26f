#include "baselines/word_finder.h"

#include <gtest/gtest.h>

namespace r2rank::baselines {
namespace {

using Words = std::vector<std::string>;

TEST(WordFinder, LowersWordsAndDropsThoseOfOneCharacter) {
  const WordFinder finder;
  EXPECT_EQ(finder.find("SUPCO SPP6 Relay/Capacitor, 1-1/4\" x_y A"),
            (Words{"supco", "spp6", "relay", "capacitor", "x_y"}));
}

TEST(WordFinder, LowersLettersOfAnyScript) {
  const WordFinder finder;
  EXPECT_EQ(finder.find("GRÖSSE СТАЛЬ ŽLUŤ 日本語テープ"),
            (Words{"grösse", "сталь", "žluť", "日本語テープ"}));
}

TEST(WordFinder, FindsNothingInEmptyTextOrPunctuation) {
  const WordFinder finder;
  EXPECT_TRUE(finder.find("").empty());
  EXPECT_TRUE(finder.find(" - !? a 1 ").empty());
}

TEST(WordFinder, TakesInvalidUtf8AsASeparator) {
  const WordFinder finder;
  EXPECT_EQ(finder.find("steel\xFF\xFE bolt\xC3"), (Words{"steel", "bolt"}));
  EXPECT_EQ(finder.find("\x80\x80nut\xE2\x82"), (Words{"nut"}));
  EXPECT_TRUE(finder.find(std::string(1000, '\xF0')).empty());
}

TEST(WordFinder, KeepsZeroBytesOutOfWords) {
  const WordFinder finder;
  EXPECT_EQ(finder.find(std::string("ab\0cd", 5)), (Words{"ab", "cd"}));
}

TEST(WordFinder, CutsALongTextInOnePass) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "wörd\xFF ";
  EXPECT_EQ(WordFinder().find(text).size(),
            100000U);  // minutes where each word costs a look at the whole text
}

}  // namespace
}  // namespace r2rank::baselines
