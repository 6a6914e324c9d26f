#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace r2rank::base {

/// What kind of thing went wrong; decides the program's exit status.
enum class ErrorKind {
  kUsage = 2,         ///< a flag or configuration value the user can change
  kData = 3,          ///< an input file that is malformed, truncated or inconsistent
  kIo = 4,            ///< the file system refused: missing, unwritable, full
  kResource = 5,      ///< too little memory, an absent device
  kInterrupted = 130  ///< the user pressed Ctrl-C; state was saved
};

/// An error that reaches main and is printed as one line: "[where] what was expected, what was found; what to
/// do".
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, std::string_view where, const std::string& text);
  ErrorKind kind() const { return kind_; }
  int exit_code() const { return static_cast<int>(kind_); }

 private:
  ErrorKind kind_;
};

/// Throws Error of the given kind. `where` is the verb or layer ("import", "gguf"); the text names the fix.
template <class... Args>
[[noreturn]] void fail(ErrorKind kind, std::string_view where, fmt::format_string<Args...> text,
                       Args&&... args) {
  throw Error(kind, where, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
[[noreturn]] void fail_usage(std::string_view where, fmt::format_string<Args...> text, Args&&... args) {
  throw Error(ErrorKind::kUsage, where, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
[[noreturn]] void fail_data(std::string_view where, fmt::format_string<Args...> text, Args&&... args) {
  throw Error(ErrorKind::kData, where, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
[[noreturn]] void fail_io(std::string_view where, fmt::format_string<Args...> text, Args&&... args) {
  throw Error(ErrorKind::kIo, where, fmt::format(text, std::forward<Args>(args)...));
}

/// Prints the broken invariant and aborts: our own mistake, never the user's.
[[noreturn]] void invariant_failed(const char* condition, const char* file, int line);

/// The known name nearest to `name` by edit distance, or "" when none is near. For "did you mean".
template <class Range>
std::string nearest_name(std::string_view name, const Range& known);
int edit_distance(std::string_view a, std::string_view b);

template <class Range>
std::string nearest_name(std::string_view name, const Range& known) {
  std::string best;
  int best_distance = static_cast<int>(name.size()) / 2 + 1;
  for (const auto& candidate : known) {
    const int distance = edit_distance(name, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace r2rank::base

/// Checks an invariant of ours in every build. Never used on user input: that throws base::Error.
#define R2RANK_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::r2rank::base::invariant_failed(#condition, __FILE__, __LINE__))
