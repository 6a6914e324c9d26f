#include "base/printable.h"

#include <fmt/format.h>

#include <iterator>

namespace r2rank::base {
namespace {

void escape(unsigned char byte, std::string& text) {
  switch (byte) {
    case '\0':
      text += "\\0";
      break;
    case '\n':
      text += "\\n";
      break;
    case '\r':
      text += "\\r";
      break;
    case '\t':
      text += "\\t";
      break;
    default:
      fmt::format_to(std::back_inserter(text), "\\x{:02x}", byte);
  }
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const auto next = static_cast<unsigned char>(at + 1 < text.size() ? text[at + 1] : ' ');
    if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {  // U+0080 to U+009F
      escape(next, shown);
      ++at;
    } else if (byte < 0x20 || byte == 0x7F) {
      escape(byte, shown);
    } else {
      shown += text[at];
    }
  }
  return shown;
}

}  // namespace r2rank::base
