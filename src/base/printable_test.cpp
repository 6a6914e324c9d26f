#include "base/printable.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace r2rank::base {
namespace {

TEST(Printable, EscapesControlCharacters) {
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\0b");
  EXPECT_EQ(printable("a\nb\rc\td\x1b[31m\x7f"), "a\\nb\\rc\\td\\x1b[31m\\x7f");
  EXPECT_EQ(printable("\xC2\x9B"
                      "1m"),
            "\\x9b1m");
}

TEST(Printable, LeavesAllElse) {
  EXPECT_EQ(printable("caf\u00E9 \u65E5 \\n \xFF"), "caf\u00E9 \u65E5 \\n \xFF");
  EXPECT_EQ(printable("\xC2\xA0\xC2"), "\xC2\xA0\xC2");
}

TEST(Printable, KeepsAnErrorWholeWhateverItQuotes) {
  const Error error(ErrorKind::kData, "import", std::string("found '1") + '\0' + "'\n; correct it");
  EXPECT_STREQ(error.what(), "[import] found '1\\0'\\n; correct it");
}

}  // namespace
}  // namespace r2rank::base
