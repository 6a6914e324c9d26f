#pragma once

#include <string_view>

namespace r2rank::base {

/// From here on the first Ctrl-C (or SIGTERM) only sets a flag; the second ends the program at once.
void catch_interrupts();
/// Whether the user asked to stop. Long loops look at it between units of work, save, and throw
/// ErrorKind::kInterrupted.
bool interrupt_requested();
/// The same for work that leaves nothing behind when it stops. Errors: kInterrupted of `where` when asked to
/// stop.
void stop_if_interrupted(std::string_view where);
/// Sets or clears the flag (tests).
void set_interrupt_requested(bool requested);

}  // namespace r2rank::base
