#include "base/crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace r2rank::base {
namespace {

TEST(Crc32c, HasTheVectorsOfRfc3720) {
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43u);
  std::string ascending, descending;
  for (int i = 0; i < 32; ++i) {
    ascending += static_cast<char>(i);
    descending += static_cast<char>(31 - i);
  }
  EXPECT_EQ(crc32c(ascending), 0x46DD794Eu);
  EXPECT_EQ(crc32c(descending), 0x113FDB5Cu);
}

TEST(Crc32c, HasTheCustomaryCheckValue) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283u);
  EXPECT_EQ(crc32c(""), 0u);
}

TEST(Crc32c, IsMaskedByRotationAndOffset) {
  EXPECT_EQ(masked_crc32c(""), 0xA282EAD8u);
  const uint32_t unmasked = masked_crc32c("123456789") - 0xA282EAD8u;
  EXPECT_EQ(unmasked << 15 | unmasked >> 17, 0xE3069283u);
}

}  // namespace
}  // namespace r2rank::base
