#include "text/nfc.h"

#include <gtest/gtest.h>

namespace r2rank::text {
namespace {

TEST(Nfc, ComposesLettersWithTheirMarks) {
  EXPECT_EQ(to_nfc("e\u0301"), "\u00E9");
  EXPECT_EQ(to_nfc("\u1112\u1161\u11AB"), "\uD55C");
  EXPECT_EQ(to_nfc("\u212B"), "\u00C5");
}

TEST(Nfc, OrdersMarksByTheirClass) { EXPECT_EQ(to_nfc("q\u0307\u0323"), "q\u0323\u0307"); }

TEST(Nfc, LeavesWhatIsNormalAlready) {
  EXPECT_EQ(to_nfc("plain ascii, caf\u00E9"), "plain ascii, caf\u00E9");
  EXPECT_EQ(to_nfc("\u4E2D\u6587"), "\u4E2D\u6587");
  EXPECT_EQ(to_nfc(""), "");
}

TEST(Nfc, MarksThatCameAfterTheReferenceBlockCompositionLikeLetters) {
  EXPECT_EQ(to_nfc("a\u0898\u0301"), "a\u0898\u0301");
  EXPECT_EQ(to_nfc("e\u0301\u0898e\u0301"), "\u00E9\u0898\u00E9");
  EXPECT_EQ(to_nfc("\U00011935\U00011930"), "\U00011935\U00011930");
}

}  // namespace
}  // namespace r2rank::text
