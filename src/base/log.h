#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace r2rank::base {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

/// Messages below this level are dropped. Thread-safe, as is everything in this header.
void set_log_level(LogLevel level);
/// Writes one line to standard error (standard output is for results only).
void log_line(LogLevel level, std::string_view text);

template <class... Args>
void log_debug(fmt::format_string<Args...> text, Args&&... args) {
  log_line(LogLevel::kDebug, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void log_info(fmt::format_string<Args...> text, Args&&... args) {
  log_line(LogLevel::kInfo, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void log_warning(fmt::format_string<Args...> text, Args&&... args) {
  log_line(LogLevel::kWarning, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace r2rank::base
