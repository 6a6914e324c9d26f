#include "base/error_text.h"

#include <gtest/gtest.h>

namespace r2rank::base {
namespace {

std::string text(const std::string& where, const std::string& said) {
  return text_of(Error(ErrorKind::kData, where, said));
}

TEST(TextOfAnError, HasNoPlace) {
  EXPECT_EQ(text("import", "expected 3 fields, found 2"), "expected 3 fields, found 2");
  EXPECT_EQ(text("import", ""), "");
}

TEST(TextOfAnError, KeepsItsOwnBrackets) {
  EXPECT_EQ(text("config", "[a] is unknown; [b] is known"), "[a] is unknown; [b] is known");
  EXPECT_EQ(text("import", "a list ends with ] here"), "a list ends with ] here");
}

}  // namespace
}  // namespace r2rank::base
