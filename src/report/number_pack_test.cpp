#include "report/number_pack.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace r2rank::report {
namespace {

std::string base64_of(const std::string& text) {
  return base64({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
}

// The test vectors of RFC 4648, section 10.
TEST(Base64, HasTheValuesOfTheStandard) {
  EXPECT_EQ(base64_of(""), "");
  EXPECT_EQ(base64_of("f"), "Zg==");
  EXPECT_EQ(base64_of("fo"), "Zm8=");
  EXPECT_EQ(base64_of("foo"), "Zm9v");
  EXPECT_EQ(base64_of("foob"), "Zm9vYg==");
  EXPECT_EQ(base64_of("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64_of("foobar"), "Zm9vYmFy");
}

TEST(PackWhole, TakesTwoBytesOnlyWhereANumberNeedsThem) {
  const auto narrow = pack_whole(std::vector<int32_t>{0, 1, 255});
  EXPECT_EQ(narrow.bits, 8);
  EXPECT_EQ(narrow.data, base64(std::vector<uint8_t>{0, 1, 255}));
  const auto wide = pack_whole(std::vector<int32_t>{1, 256});
  EXPECT_EQ(wide.bits, 16);
  EXPECT_EQ(wide.data, base64(std::vector<uint8_t>{1, 0, 0, 1}));
}

TEST(PackBrief, IsTheUpperHalfOfAFloat) {
  // 1 is 0x3F80, -2 is 0xC000 0000; 1 + 2^-8 + 2^-16 lies just above the middle of two neighbours.
  EXPECT_EQ(pack_brief(std::vector<double>{1, -2}), base64(std::vector<uint8_t>{0x80, 0x3F, 0x00, 0xC0}));
  EXPECT_EQ(pack_brief(std::vector<double>{1 + 1.0 / 256 + 1.0 / 65536}),
            base64(std::vector<uint8_t>{0x81, 0x3F}));
}

TEST(PackBrief, KeepsInfinitiesAndNaN) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(pack_brief(std::vector<double>{infinity, -infinity, NAN, 1e300}),
            base64(std::vector<uint8_t>{0x80, 0x7F, 0x80, 0xFF, 0xC0, 0x7F, 0x80, 0x7F}));
}

TEST(PackShares, CutsToTheRange) {
  EXPECT_EQ(pack_shares(std::vector<double>{0, 1, -1, 2}),
            base64(std::vector<uint8_t>{0, 0, 255, 255, 0, 0, 255, 255}));
}

}  // namespace
}  // namespace r2rank::report
