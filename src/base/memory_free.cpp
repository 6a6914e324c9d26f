#include "base/memory_free.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <string>

namespace r2rank::base {
namespace {

std::string text_of(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<double> number_at(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return static_cast<double>(number);
}

/// The number of the line that begins with `name`.
std::optional<double> line_of(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.starts_with(name)) return number_at(line.substr(name.size()));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return std::nullopt;
}

}  // namespace

double free_memory(std::string_view meminfo, std::string_view most, std::string_view current,
                   std::string_view statistics) {
  double free = std::numeric_limits<double>::infinity();
  if (const auto kibibytes = line_of(meminfo, "MemAvailable:")) free = 1024 * *kibibytes;
  const auto limit = number_at(most), used = number_at(current);  // "max": no limit
  if (limit && used) {
    const double cached = line_of(statistics, "inactive_file ").value_or(0);
    free = std::min(free, std::max(0.0, *limit - *used + cached));
  }
  return free;
}

double free_memory() {
  return free_memory(text_of("/proc/meminfo"), text_of("/sys/fs/cgroup/memory.max"),
                     text_of("/sys/fs/cgroup/memory.current"), text_of("/sys/fs/cgroup/memory.stat"));
}

}  // namespace r2rank::base
