#include "base/progress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <thread>

namespace r2rank::base {
namespace {

// Captured standard error is no terminal, so these see the plain lines.
std::string printed(const std::function<void()>& action) {
  testing::internal::CaptureStderr();
  action();
  return testing::internal::GetCapturedStderr();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Progress, PrintsOnePlainLineForAShortJob) {
  const auto text = printed([] {
    Progress progress("eval", 200, "slates");
    for (int i = 0; i < 200; ++i) progress.advance(1, "ndcg 0.5");
  });
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  EXPECT_TRUE(contains(text, "eval ########################")) << text;
  EXPECT_TRUE(contains(text, "100 %  200/200 slates")) << text;
  EXPECT_TRUE(contains(text, "  in ")) << text;
  EXPECT_TRUE(contains(text, "ndcg 0.5\n")) << text;
  EXPECT_FALSE(contains(text, "\r") || contains(text, "\033")) << "no terminal codes in a file";
}

TEST(Progress, ShowsHowFarAnAbandonedJobCame) {
  const auto text = printed([] { Progress("train", 100, "steps").advance(25); });
  EXPECT_TRUE(contains(text, "######.................. ") && contains(text, " 25 %  25/100 steps")) << text;
}

TEST(Progress, CountsWithoutAShareWhenTheTotalIsUnknown) {
  const auto text = printed([] { Progress("import", 0, "lines").advance(5); });
  EXPECT_TRUE(contains(text, "import  5 lines") && !contains(text, "%")) << text;
}

TEST(Progress, NeverPassesTheWhole) {
  const auto text = printed([] { Progress("import", 10, "lines").advance(15); });
  EXPECT_TRUE(contains(text, "100 %  15/10 lines") && !contains(text, "-")) << text;
}

TEST(Progress, OfAResumedRunCountsOnlyTheNewWorkAsSpeed) {
  const auto text = printed([] {
    Progress progress("train", 100, "steps");
    progress.start_at(100);
  });
  EXPECT_TRUE(contains(text, "100/100 steps  0.00/s")) << text;
}

TEST(Progress, OfATimedJobShowsTheShareItWasTold) {
  const auto text = printed([] {
    Progress progress("train", 0, "steps");
    progress.set_share(0);
    progress.set_share(0.25);
    progress.advance(3);
  });
  EXPECT_TRUE(contains(text, "######..................  25 %  3 steps")) << text;
}

TEST(Progress, SaysSecondsForUnitsThatTakeLong) {
  const auto text = printed([] {
    Progress progress("train", 2, "steps");
    std::this_thread::sleep_for(std::chrono::milliseconds(2100));
    progress.advance(1);
  });
  EXPECT_TRUE(contains(text, " s each")) << text;
}

TEST(Progress, FinishesOnce) {
  const auto text = printed([] {
    Progress progress("x", 1, "steps");
    progress.finish();
    progress.finish();
  });
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST(Progress, IsSilentWhenTurnedOff) {
  set_progress_enabled(false);
  EXPECT_EQ(printed([] { Progress("x", 1, "steps").advance(); }), "");
  set_progress_enabled(true);
}

TEST(Progress, LeavesNothingToClearOnAPlainOutput) {
  EXPECT_EQ(printed([] { clear_progress_line(); }), "");
}

TEST(FormatDuration, ChoosesTheUnit) {
  EXPECT_EQ(format_duration(0), "0.0 s");
  EXPECT_EQ(format_duration(12.34), "12.3 s");
  EXPECT_EQ(format_duration(59.94), "59.9 s");
  EXPECT_EQ(format_duration(59.97), "1 min 00 s");
  EXPECT_EQ(format_duration(200), "3 min 20 s");
  EXPECT_EQ(format_duration(3720), "1 h 02 min");
}

}  // namespace
}  // namespace r2rank::base
