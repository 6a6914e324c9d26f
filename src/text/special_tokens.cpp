#include "text/special_tokens.h"

#include <utf8proc.h>

#include <algorithm>
#include <utility>

#include "text/nfc.h"
#include "text/utf8.h"

namespace r2rank::text {
namespace {

bool is_space(uint32_t code_point) {
  return (code_point >= 0x09 && code_point <= 0x0D) || code_point == 0x20 || code_point == 0x85 ||
         code_point == 0xA0 || code_point == 0x1680 || (code_point >= 0x2000 && code_point <= 0x200A) ||
         code_point == 0x2028 || code_point == 0x2029 || code_point == 0x202F || code_point == 0x205F ||
         code_point == 0x3000;
}

bool is_word_character(uint32_t code_point) {
  const bool joiner = code_point == 0x200C || code_point == 0x200D;
  const bool circled_letter =
      (code_point >= 0x24B6 && code_point <= 0x24E9) || (code_point >= 0x1F130 && code_point <= 0x1F149) ||
      (code_point >= 0x1F150 && code_point <= 0x1F169) || (code_point >= 0x1F170 && code_point <= 0x1F189);
  if (joiner || circled_letter) return true;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code_point))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_PC:
      return true;
    default:
      return false;
  }
}

size_t trailing_space(std::string_view text) {
  size_t bytes = 0;
  while (bytes < text.size()) {
    const Utf8Char last = utf8_last(text.substr(0, text.size() - bytes));
    if (!is_space(last.code_point)) break;
    bytes += last.bytes;
  }
  return bytes;
}

size_t leading_space(std::string_view text) {
  size_t bytes = 0;
  while (bytes < text.size()) {
    const Utf8Char next = utf8_at(text, bytes);
    if (!is_space(next.code_point)) break;
    bytes += next.bytes;
  }
  return bytes;
}

bool stands_alone(std::string_view text, size_t start, size_t end) {
  const bool free_left = start == 0 || !is_word_character(utf8_last(text.substr(0, start)).code_point);
  const bool free_right = end == text.size() || !is_word_character(utf8_at(text, end).code_point);
  return free_left && free_right;
}

}  // namespace

SpecialMatcher::SpecialMatcher(const TokenizerData& data, bool normalized) {
  for (const auto& [text, id] : data.special) {
    const auto flags = data.special_flags.find(id);
    Entry entry{text, id, flags == data.special_flags.end() ? SpecialFlags() : flags->second};
    if (entry.flags.normalized != normalized || text.empty()) continue;
    if (normalized && data.normalize_nfc) entry.content = to_nfc(repaired_utf8(text));
    by_first_byte_[static_cast<uint8_t>(entry.content[0])].push_back(std::move(entry));
    any_ = true;
  }
  for (auto& entries : by_first_byte_)
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      return std::pair(b.content.size(), a.id) < std::pair(a.content.size(), b.id);
    });
}

const SpecialMatcher::Entry* SpecialMatcher::match_at(std::string_view text, size_t at) const {
  for (const Entry& entry : by_first_byte_[static_cast<uint8_t>(text[at])])
    if (text.compare(at, entry.content.size(), entry.content) == 0) return &entry;
  return nullptr;
}

std::vector<SpecialMatcher::Piece> SpecialMatcher::split(std::string_view text) const {
  std::vector<Piece> pieces;
  size_t done = 0;
  for (size_t at = 0; at < text.size();) {
    const Entry* entry = match_at(text, at);
    if (entry == nullptr) {
      ++at;
      continue;
    }
    size_t start = at, end = at + entry->content.size();
    at = end;  // a match that is not taken still consumes its text, as in the reference
    if (entry->flags.single_word && !stands_alone(text, start, end)) continue;
    if (entry->flags.left_strip) start = std::max(done, start - trailing_space(text.substr(0, start)));
    if (entry->flags.right_strip) end += leading_space(text.substr(end));
    if (done < start) pieces.push_back({text.substr(done, start - done), -1});
    pieces.push_back({text.substr(start, end - start), entry->id});
    done = end;
  }
  if (done < text.size()) pieces.push_back({text.substr(done), -1});
  return pieces;
}

}  // namespace r2rank::text
