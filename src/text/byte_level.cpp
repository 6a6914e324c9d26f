#include "text/byte_level.h"

#include <array>
#include <cstdint>

#include "text/utf8.h"

namespace r2rank::text {
namespace {

constexpr uint32_t kAlphabetEnd = 0x100 + 68;  // 68 bytes are not printable and follow U+00FF in order

struct Alphabet {
  std::array<std::string, 256> character_of;
  std::array<int, kAlphabetEnd> byte_of;
};

bool is_printable(int byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

Alphabet make_alphabet() {
  Alphabet alphabet;
  alphabet.byte_of.fill(-1);
  uint32_t next = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    const uint32_t code_point = is_printable(byte) ? static_cast<uint32_t>(byte) : next++;
    append_utf8(alphabet.character_of[byte], code_point);
    alphabet.byte_of[code_point] = byte;
  }
  return alphabet;
}

const Alphabet& alphabet() {
  static const Alphabet instance = make_alphabet();
  return instance;
}

}  // namespace

std::string to_byte_alphabet(std::string_view bytes) {
  std::string token;
  token.reserve(bytes.size() * 2);
  for (const char byte : bytes) token += alphabet().character_of[static_cast<uint8_t>(byte)];
  return token;
}

std::optional<std::string> from_byte_alphabet(std::string_view token) {
  std::string bytes;
  bytes.reserve(token.size());
  for (size_t at = 0; at < token.size();) {
    const Utf8Char next = utf8_at(token, at);
    if (!next.valid || next.code_point >= kAlphabetEnd || alphabet().byte_of[next.code_point] < 0) return {};
    bytes += static_cast<char>(alphabet().byte_of[next.code_point]);
    at += next.bytes;
  }
  return bytes;
}

}  // namespace r2rank::text
