#include "data/html_entities.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "data/html_entity_table.h"
#include "data/utf8_append.h"
#include "data/windows_1252.h"

namespace r2rank::data {
namespace {

constexpr size_t kLongestReference = 24;  // names have 8 letters; numbers may have zeros in front

std::optional<uint32_t> named(std::string_view name) {
  const auto place =
      std::lower_bound(kHtmlEntities.begin(), kHtmlEntities.end(), name,
                       [](const auto& entry, std::string_view key) { return entry.first < key; });
  if (place == kHtmlEntities.end() || place->first != name) return std::nullopt;
  return place->second;
}

std::optional<uint32_t> numbered(std::string_view digits) {
  const bool hexadecimal = digits.starts_with('x') || digits.starts_with('X');
  if (hexadecimal) digits.remove_prefix(1);
  uint32_t code = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), code, hexadecimal ? 16 : 10);
  if (digits.empty() || end != digits.data() + digits.size()) return std::nullopt;
  if (error != std::errc() || code == 0) return 0xFFFD;
  return code >= 0x80 && code < 0xA0 ? kWindows1252[code - 0x80] : code;
}

}  // namespace

bool decode_html(std::string& text) {
  size_t at = text.find('&');
  if (at == std::string::npos) return false;
  std::string decoded;
  size_t copied = 0;
  for (; at != std::string::npos; at = text.find('&', at + 1)) {
    const size_t length = std::string_view(text).substr(at, kLongestReference + 1).find(';');
    if (length == std::string_view::npos) continue;
    const size_t end = at + length;
    const std::string_view name = std::string_view(text).substr(at + 1, end - at - 1);
    const auto code = name.starts_with('#') ? numbered(name.substr(1)) : named(name);
    if (!code) continue;
    decoded.append(text, copied, at - copied);
    append_utf8(*code, decoded);
    copied = end + 1;
    at = end;
  }
  if (copied == 0) return false;
  decoded.append(text, copied);
  text = std::move(decoded);
  return true;
}

}  // namespace r2rank::data
