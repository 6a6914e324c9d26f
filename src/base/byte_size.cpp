#include "base/byte_size.h"

#include <charconv>
#include <cmath>

#include "base/error.h"

namespace r2rank::base {
namespace {

constexpr double kGibi = 1 << 30;

struct Unit {
  std::string_view name;
  double bytes;
};

constexpr Unit kUnits[] = {{"", 1},
                           {"B", 1},
                           {"KiB", 1 << 10},
                           {"K", 1 << 10},
                           {"KB", 1e3},
                           {"MiB", 1 << 20},
                           {"M", 1 << 20},
                           {"MB", 1e6},
                           {"GiB", kGibi},
                           {"G", kGibi},
                           {"GB", 1e9},
                           {"TiB", 1024 * kGibi},
                           {"T", 1024 * kGibi},
                           {"TB", 1e12}};

}  // namespace

double parse_bytes(std::string_view text, std::string_view where, std::string_view what) {
  double number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  if (problem == std::errc() && std::isfinite(number) && number > 0)
    for (const auto& known : kUnits)
      if (unit == known.name) return number * known.bytes;
  fail_usage(where, "{} is '{}', expected an amount of memory such as 8GiB, 500MiB or 8GB", what, text);
}

std::string format_gibibytes(double bytes) {
  return fmt::format("{:.1f} GiB", bytes / kGibi);
}

}  // namespace r2rank::base
