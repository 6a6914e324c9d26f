#include <malloc.h>

#include "cli/program.h"

int main(int count, char** arguments) {
  // Activations are freed and asked for again at every layer: handed back to the system each time, a tenth of
  // a training step went into the kernel clearing pages (docs/lab-log.md).
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 2047 << 20);
  return r2rank::cli::run_program(
      std::vector<std::string>(arguments + (count > 0 ? 1 : 0), arguments + count));
}
