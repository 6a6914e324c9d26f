#include "text/utf8.h"

namespace r2rank::text {
namespace {

constexpr uint32_t kReplacement = 0xFFFD;

uint8_t byte_at(std::string_view text, size_t at) {
  return static_cast<uint8_t>(text[at]);
}

struct Lead {
  size_t bytes;       // of the whole character; 0: not a lead byte
  uint8_t low, high;  // valid range of the second byte, which excludes overlong forms and surrogates
  uint32_t bits;
};

Lead read_lead(uint8_t byte) {
  if (byte < 0x80) return {1, 0, 0, byte};
  if (byte < 0xC2) return {0, 0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF, byte & 0x1Fu};
  if (byte < 0xF0)
    return {3, uint8_t(byte == 0xE0 ? 0xA0 : 0x80), uint8_t(byte == 0xED ? 0x9F : 0xBF), byte & 0x0Fu};
  if (byte < 0xF5)
    return {4, uint8_t(byte == 0xF0 ? 0x90 : 0x80), uint8_t(byte == 0xF4 ? 0x8F : 0xBF), byte & 0x07u};
  return {0, 0, 0, 0};
}

}  // namespace

Utf8Char utf8_at(std::string_view text, size_t at) {
  const Lead lead = read_lead(byte_at(text, at));
  if (lead.bytes == 0) return {kReplacement, 1, false};
  uint32_t code_point = lead.bits;
  for (size_t i = 1; i < lead.bytes; ++i) {
    if (at + i >= text.size()) return {kReplacement, i, false};
    const uint8_t next = byte_at(text, at + i);
    const bool fits = i == 1 ? next >= lead.low && next <= lead.high : (next & 0xC0) == 0x80;
    if (!fits) return {kReplacement, i, false};
    code_point = code_point << 6 | (next & 0x3Fu);
  }
  return {code_point, lead.bytes, true};
}

Utf8Char utf8_last(std::string_view text) {
  size_t start = text.size() - 1;
  while (start > 0 && (byte_at(text, start) & 0xC0) == 0x80) --start;
  return utf8_at(text, start);
}

void append_utf8(std::string& text, uint32_t code_point) {
  const auto tail = [&](int shift) { text += static_cast<char>(0x80 | (code_point >> shift & 0x3F)); };
  if (code_point < 0x80) {
    text += static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    text += static_cast<char>(0xC0 | code_point >> 6);
    tail(0);
  } else if (code_point < 0x10000) {
    text += static_cast<char>(0xE0 | code_point >> 12);
    tail(6), tail(0);
  } else {
    text += static_cast<char>(0xF0 | code_point >> 18);
    tail(12), tail(6), tail(0);
  }
}

bool is_utf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    if (byte_at(text, at) < 0x80) {
      ++at;
      continue;
    }
    const Utf8Char next = utf8_at(text, at);
    if (!next.valid) return false;
    at += next.bytes;
  }
  return true;
}

std::string repaired_utf8(std::string_view text) {
  std::string repaired;
  repaired.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const Utf8Char next = utf8_at(text, at);
    append_utf8(repaired, next.code_point);
    at += next.bytes;
  }
  return repaired;
}

std::string_view without_cut_tail(std::string_view text) {
  for (size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const size_t start = text.size() - back;
    if ((byte_at(text, start) & 0xC0) == 0x80) continue;
    return utf8_at(text, start).valid ? text : text.substr(0, start);
  }
  return text;
}

}  // namespace r2rank::text
