#include "base/hash.h"

#include <gtest/gtest.h>

namespace r2rank::base {
namespace {

std::string every_byte_four_times() {
  std::string bytes;
  for (int i = 0; i < 1024; ++i) bytes += static_cast<char>(i & 0xFF);
  return bytes;
}

// Expected values: the Python package xxhash 4.1.0 (libxxhash 0.8.4), xxh3_128_hexdigest and
// xxh3_64_hexdigest.
TEST(Hash, EqualsXxh3OfTheReferencePackage) {
  EXPECT_EQ(hash_hex(""), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(hash_hex("r2rank"), "c75f022f3a8fcfffb37148f831b0a5be");
  EXPECT_EQ(hash_hex(every_byte_four_times()), "83885e853bb6640ca870f92984398d22");
  EXPECT_EQ(hash64(""), 0x2d06800538d394c2u);
  EXPECT_EQ(hash64("r2rank"), 0x21706792b70de3d1u);
  EXPECT_EQ(hash64(every_byte_four_times()), 0xa870f92984398d22u);
}

TEST(Hash, TellsOneChangedByteApart) {
  EXPECT_NE(hash_hex("slate 1"), hash_hex("slate 2"));
}

}  // namespace
}  // namespace r2rank::base
