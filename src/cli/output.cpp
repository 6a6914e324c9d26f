#include "cli/output.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/error.h"
#include "base/progress.h"

namespace r2rank::cli {
namespace {

int muted = 0;  // objects of MutedOutput

void check(bool fine) {
  if (fine) return;
  if (errno == EPIPE) throw ReaderGone{};
  base::fail_io("output", "cannot write to standard output: {}", std::strerror(errno));
}

}  // namespace

MutedOutput::MutedOutput() {
  ++muted;
}

MutedOutput::~MutedOutput() {
  --muted;
}

void print_text(std::string_view text) {
  if (muted > 0) return;
  base::clear_progress_line();
  check(std::fwrite(text.data(), 1, text.size(), stdout) == text.size());
}

void flush_output() {
  check(std::fflush(stdout) == 0);
}

}  // namespace r2rank::cli
