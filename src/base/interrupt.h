#pragma once

namespace r2rank::base {

/// From here on the first Ctrl-C (or SIGTERM) only sets a flag; the second ends the program at once.
void catch_interrupts();
/// Whether the user asked to stop. Long loops look at it between units of work, save, and throw
/// ErrorKind::kInterrupted.
bool interrupt_requested();
/// Sets or clears the flag (tests).
void set_interrupt_requested(bool requested);

}  // namespace r2rank::base
