#include "base/log.h"

#include <gtest/gtest.h>

#include <functional>

namespace r2rank::base {
namespace {

std::string logged(const std::function<void()>& action) {
  testing::internal::CaptureStderr();
  action();
  return testing::internal::GetCapturedStderr();
}

TEST(Log, WritesLevelAndTextToStandardError) {
  EXPECT_EQ(logged([] { log_info("read {} slates", 3); }), "info: read 3 slates\n");
  EXPECT_EQ(logged([] { log_warning("slow"); }), "warning: slow\n");
}

TEST(Log, DropsWhatIsBelowItsLevel) {
  EXPECT_EQ(logged([] { log_debug("detail"); }), "");
  set_log_level(LogLevel::kError);
  EXPECT_EQ(logged([] { log_warning("slow"); }), "");
  EXPECT_EQ(logged([] { log_line(LogLevel::kError, "gone"); }), "error: gone\n");
  set_log_level(LogLevel::kDebug);
  EXPECT_EQ(logged([] { log_debug("detail"); }), "debug: detail\n");
  set_log_level(LogLevel::kInfo);
}

TEST(Log, TakesBracesInUserTextLiterally) {
  EXPECT_EQ(logged([] { log_line(LogLevel::kInfo, "{} {name}"); }), "info: {} {name}\n");
}

}  // namespace
}  // namespace r2rank::base
