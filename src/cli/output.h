#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>

namespace r2rank::cli {

/// Thrown when the reader of standard output is gone (`r2rank rank ... | head`): the program ends quietly.
struct ReaderGone {};

/// Writes results to standard output. Errors: kIo (a full disk behind a redirection); ReaderGone.
void print_text(std::string_view text);
void flush_output();

/// While one lives, print_text() writes nothing: a verb that another one calls has no results of its own.
class MutedOutput {
 public:
  MutedOutput();
  ~MutedOutput();
  MutedOutput(const MutedOutput&) = delete;
  MutedOutput& operator=(const MutedOutput&) = delete;
};

template <class... Args>
void print(fmt::format_string<Args...> text, Args&&... args) {
  print_text(fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace r2rank::cli
