#include "base/interrupt.h"

#include <csignal>

#include "base/error.h"

namespace r2rank::base {
namespace {

volatile std::sig_atomic_t g_requested = 0;

void on_signal(int signal_number) {
  if (g_requested != 0) {
    std::signal(signal_number, SIG_DFL);
    std::raise(signal_number);
  }
  g_requested = 1;
}

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

bool interrupt_requested() {
  return g_requested != 0;
}

void stop_if_interrupted(std::string_view where) {
  if (interrupt_requested())
    fail(ErrorKind::kInterrupted, where, "interrupted; nothing was written: run the same command again");
}

void set_interrupt_requested(bool requested) {
  g_requested = requested ? 1 : 0;
}

}  // namespace r2rank::base
