#include "text/byte_level.h"

#include <gtest/gtest.h>

namespace r2rank::text {
namespace {

TEST(ByteLevel, SpaceAndNewlineGetTheLettersGpt2GaveThem) {
  EXPECT_EQ(to_byte_alphabet(" the\n"), "\u0120the\u010A");
  EXPECT_EQ(to_byte_alphabet("\u00E9"), "\u00C3\u00A9");
}

TEST(ByteLevel, EveryByteStringComesBack) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(from_byte_alphabet(to_byte_alphabet(all)), all);
}

TEST(ByteLevel, CharactersOutsideTheAlphabetHaveNoBytes) {
  EXPECT_FALSE(from_byte_alphabet("a b"));
  EXPECT_FALSE(from_byte_alphabet("\u4E2D"));
  EXPECT_FALSE(from_byte_alphabet("\u0144"));
  EXPECT_FALSE(from_byte_alphabet("\xFF"));
}

}  // namespace
}  // namespace r2rank::text
