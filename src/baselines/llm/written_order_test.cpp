#include "baselines/llm/written_order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/random.h"
#include "baselines/llm/list_prompt.h"

namespace r2rank::baselines {
namespace {

const std::vector<std::string> kTitles = {"Glass Beaker", "Blue Pen", "Blue Pen Refill", "Pack of 12 Gloves"};

WrittenOrder numbers(const std::string& text) {
  return read_order(text, make_labels(ListLabels::kNumbers, 4), kTitles);
}

WrittenOrder letters(const std::string& text) {
  return read_order(text, make_labels(ListLabels::kLetters, 4), kTitles);
}

using Order = std::vector<int32_t>;

TEST(WrittenOrder, ReadsNumbersHoweverTheyAreSeparated) {
  for (const char* text :
       {"3 > 1 > 4 > 2", "[3] > [1] > [4] > [2]", "3, 1, 4, 2", "3 1 4 2", "3\n1\n4\n2",
        "Sure! Here is the order: 3 > 1 > 4 > 2. I hope it helps.", "**3** > **1** > **4** > **2**",
        "<think>1 > 2 > 3 > 4?</think>\n3 > 1 > 4 > 2", "(3), (1), (4), (2)"}) {
    const auto found = numbers(text);
    EXPECT_EQ(found.order, (Order{2, 0, 3, 1})) << text;
    EXPECT_TRUE(found.whole()) << text;
  }
}

TEST(WrittenOrder, ReadsLetters) {
  for (const char* text :
       {"C > A > D > B", "C, A, D, B", "C\nA\nD\nB", "[C] [A] [D] [B]", "A user like this one: C > A > D > B",
        "C. Blue Pen Refill\nA. Glass Beaker\nD.\nB."})
    EXPECT_EQ(letters(text).order, (Order{2, 0, 3, 1})) << text;
}

TEST(WrittenOrder, ReadsTitlesInAnyCase) {
  const auto found = numbers("the blue pen refill, then GLASS BEAKER, pack of 12 gloves and the blue pen");
  EXPECT_EQ(found.order, (Order{2, 0, 3, 1}));
}

TEST(WrittenOrder, TakesNumbersOfPlacesForWhatTheyAre) {
  for (const char* text :
       {"1. Blue Pen Refill\n2. Glass Beaker\n3. Pack of 12 Gloves\n4. Blue Pen",
        "1. [3]\n2. [1]\n3. [4]\n4. [2]", "1) 3\n2) 1\n3) 4\n4) 2",
        "1. [3] Blue Pen Refill\n2. [1] Glass Beaker\n3. [4] Pack of 12 Gloves\n4. [2] Blue Pen",
        "Ranking:\n1. 3. Blue Pen Refill\n2. 1. Glass Beaker\n3. 4. Pack of 12 Gloves\n4. 2. Blue Pen"})
    EXPECT_EQ(numbers(text).order, (Order{2, 0, 3, 1})) << text;
}

TEST(WrittenOrder, TakesAnEchoOfTheListForTheListsOrder) {
  EXPECT_EQ(numbers("1. Glass Beaker\n2. Blue Pen\n3. Blue Pen Refill\n4. Pack of 12 Gloves").order,
            (Order{0, 1, 2, 3}));
}

TEST(WrittenOrder, NumbersInsideTitlesAreNoLabels) {
  EXPECT_EQ(numbers("4 Pack of 12 Gloves, 2 Blue Pen").order, (Order{3, 1, 0, 2}));
  EXPECT_EQ(numbers("4 Pack of 12 Gloves, 2 Blue Pen").unknown, 0);
}

TEST(WrittenOrder, AppendsWhatIsMissingAndDropsWhatIsRepeatedOrUnknown) {
  const auto found = numbers("4 > 9 > 4 > 2");
  EXPECT_EQ(found.order, (Order{3, 1, 0, 2}));
  EXPECT_EQ(found.named, 2);
  EXPECT_EQ(found.repeated, 1);
  EXPECT_EQ(found.unknown, 1);
  EXPECT_FALSE(found.whole());
}

TEST(WrittenOrder, AnswersThatNameNothingKeepTheOrderShown) {
  for (const char* text : {"", "I cannot tell.", "[[[", "> > >", "\n\n\n", "]["}) {
    const auto found = numbers(text);
    EXPECT_EQ(found.order, (Order{0, 1, 2, 3})) << text;
    EXPECT_EQ(found.named, 0) << text;
    EXPECT_FALSE(found.whole()) << text;
  }
}

TEST(WrittenOrder, IsAPermutationWhateverIsWritten) {
  const std::string alphabet = "0123456789ABCD[]>.,\n Blue\xC3\xA9";
  base::RandomStream random(3, base::Purpose::kBench);
  for (int n = 0; n < 2000; ++n) {
    std::string text;
    for (uint64_t i = random.below(60); i > 0; --i) text += alphabet[random.below(alphabet.size())];
    auto order = (n % 2 == 0 ? numbers(text) : letters(text)).order;
    std::sort(order.begin(), order.end());
    ASSERT_EQ(order, (Order{0, 1, 2, 3})) << text;
  }
}

}  // namespace
}  // namespace r2rank::baselines
