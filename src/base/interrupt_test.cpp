#include "base/interrupt.h"

#include <gtest/gtest.h>

#include <csignal>

#include "base/error.h"

namespace r2rank::base {
namespace {

TEST(Interrupt, FirstSignalOnlySetsTheFlag) {
  catch_interrupts();
  EXPECT_FALSE(interrupt_requested());
  std::raise(SIGINT);
  EXPECT_TRUE(interrupt_requested());
  set_interrupt_requested(false);
  std::raise(SIGTERM);
  EXPECT_TRUE(interrupt_requested());
  set_interrupt_requested(false);
  EXPECT_FALSE(interrupt_requested());
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

TEST(Interrupt, StopsWorkOnlyOnceItWasAskedFor) {
  EXPECT_NO_THROW(stop_if_interrupted("import"));
  set_interrupt_requested(true);
  try {
    stop_if_interrupted("import");
    ADD_FAILURE() << "went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInterrupted);
  }
  set_interrupt_requested(false);
}

TEST(InterruptDeathTest, SecondSignalEndsTheProgram) {
  EXPECT_EXIT(
      {
        catch_interrupts();
        std::raise(SIGINT);
        std::raise(SIGINT);
      },
      testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace r2rank::base
