#include "base/trim.h"

#include <gtest/gtest.h>

namespace r2rank::base {
namespace {

TEST(Trimmed, LosesWhatIsBlankAroundItAlone) {
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed("a"), "a");
  EXPECT_EQ(trimmed(" \n"), "");
  EXPECT_EQ(trimmed(""), "");
}

}  // namespace
}  // namespace r2rank::base
