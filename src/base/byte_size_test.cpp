#include "base/byte_size.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace r2rank::base {
namespace {

double bytes(std::string_view text) {
  return parse_bytes(text, "train", "memory");
}

TEST(ByteSize, ReadsUnitsOfTwoAndOfTen) {
  EXPECT_EQ(bytes("8GiB"), 8.0 * (1UL << 30));
  EXPECT_EQ(bytes("8G"), bytes("8 GiB"));
  EXPECT_EQ(bytes("1.5MiB"), 1.5 * (1 << 20));
  EXPECT_EQ(bytes("2GB"), 2e9);
  EXPECT_EQ(bytes("4096"), 4096);
}

TEST(ByteSize, RefusesWhatIsNoAmount) {
  for (const char* text : {"", "GiB", "8 gib", "-1GiB", "0", "8GiB/s", "nan", "inf GiB", "1e999GiB"})
    EXPECT_THROW(bytes(text), Error) << text;
}

TEST(ByteSize, NamesWhatWasWrong) {
  try {
    bytes("much");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("memory is 'much'"), std::string::npos) << error.what();
  }
}

TEST(ByteSize, ShowsGibibytes) {
  EXPECT_EQ(format_gibibytes(1.5 * (1 << 30)), "1.5 GiB");
}

}  // namespace
}  // namespace r2rank::base
