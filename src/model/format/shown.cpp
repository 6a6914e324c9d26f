#include "model/format/shown.h"

#include <fmt/format.h>

namespace r2rank::model {

std::string shown(std::string_view name) {
  constexpr size_t kMost = 80;
  std::string text;
  for (const char c : name.substr(0, kMost)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte > 0x7e)
      text += fmt::format("\\x{:02x}", byte);
    else
      text += c;
  }
  return name.size() > kMost ? text + "..." : text;
}

}  // namespace r2rank::model
