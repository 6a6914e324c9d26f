#include "text/nfc.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>

#include "base/error.h"
#include "text/utf8.h"

namespace r2rank::text {
namespace {

struct Range {
  uint32_t first, last;
};

// Marks with a combining class and first parts of compositions that Unicode got after version 9, sorted. The
// reference takes them for ordinary starters, so normalisation ends before each and begins anew after it.
// tools/golden/tokenizers_golden.py finds them.
constexpr Range kLaterThanReference[] = {
    {0x5C8, 0x5C9},     {0x7FD, 0x7FD},     {0x897, 0x89F},     {0x8CA, 0x8D3},     {0x9FE, 0x9FE},
    {0xC3C, 0xC3C},     {0xD3B, 0xD3C},     {0xEBA, 0xEBA},     {0x1715, 0x1715},   {0x1ABF, 0x1AF0},
    {0x1DF6, 0x1DFA},   {0xA82C, 0xA82C},   {0x105C9, 0x105C9}, {0x105D2, 0x105D2}, {0x105DA, 0x105DA},
    {0x105E4, 0x105E4}, {0x10D24, 0x10D27}, {0x10D69, 0x10D6D}, {0x10EAB, 0x10EAC}, {0x10ECB, 0x10ECF},
    {0x10EF0, 0x10EFB}, {0x10EFD, 0x10EFF}, {0x10F46, 0x10F50}, {0x10F82, 0x10F85}, {0x11070, 0x11070},
    {0x1133B, 0x1133B}, {0x11382, 0x11385}, {0x1138B, 0x1138B}, {0x1138E, 0x1138E}, {0x11390, 0x11391},
    {0x113C2, 0x113C2}, {0x113C5, 0x113C5}, {0x113C7, 0x113C8}, {0x113CE, 0x113D0}, {0x1145E, 0x1145E},
    {0x11839, 0x1183A}, {0x11935, 0x11935}, {0x11938, 0x11938}, {0x1193D, 0x1193E}, {0x11943, 0x11943},
    {0x119E0, 0x119E0}, {0x11A34, 0x11A34}, {0x11A47, 0x11A47}, {0x11A99, 0x11A99}, {0x11D42, 0x11D42},
    {0x11D44, 0x11D45}, {0x11D97, 0x11D97}, {0x11F41, 0x11F42}, {0x1611E, 0x1611E}, {0x16121, 0x16129},
    {0x1612F, 0x1612F}, {0x16D63, 0x16D63}, {0x16D67, 0x16D6A}, {0x16FF0, 0x16FF1}, {0x1D127, 0x1D128},
    {0x1D250, 0x1D252}, {0x1D25B, 0x1D25C}, {0x1D25F, 0x1D25F}, {0x1D280, 0x1D281}, {0x1E08F, 0x1E08F},
    {0x1E130, 0x1E136}, {0x1E2AE, 0x1E2AE}, {0x1E2EC, 0x1E2EF}, {0x1E4EC, 0x1E4EF}, {0x1E5EE, 0x1E5EF},
    {0x1E6E3, 0x1E6E3}, {0x1E6E6, 0x1E6E6}, {0x1E6EE, 0x1E6EF}, {0x1E6F5, 0x1E6F5}};

// Text without a character from U+0300 on, the first combining mark (lead byte 0xCC), is normal as it is.
bool may_change(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char byte) { return static_cast<uint8_t>(byte) >= 0xCC; });
}

bool is_later(uint32_t code_point) {
  const auto* range =
      std::lower_bound(std::begin(kLaterThanReference), std::end(kLaterThanReference), code_point,
                       [](const Range& range, uint32_t value) { return range.last < value; });
  return range != std::end(kLaterThanReference) && code_point >= range->first;
}

struct Free {
  void operator()(utf8proc_uint8_t* text) const { std::free(text); }
};

void append_run(std::string& out, std::string_view run) {
  if (run.empty()) return;
  utf8proc_uint8_t* result = nullptr;
  const utf8proc_ssize_t size = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(run.data()), static_cast<utf8proc_ssize_t>(run.size()),
      &result, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, Free> owner(result);
  if (size < 0) base::fail(base::ErrorKind::kResource, "tokenizer", "NFC failed: {}", utf8proc_errmsg(size));
  out.append(reinterpret_cast<const char*>(result), static_cast<size_t>(size));
}

}  // namespace

std::string to_nfc(std::string_view text) {
  if (!may_change(text)) return std::string(text);
  std::string normalized;
  normalized.reserve(text.size());
  size_t run = 0;
  for (size_t at = 0; at < text.size();) {
    const Utf8Char next = utf8_at(text, at);
    if (is_later(next.code_point)) {
      append_run(normalized, text.substr(run, at - run));
      normalized += text.substr(at, next.bytes);
      run = at + next.bytes;
    }
    at += next.bytes;
  }
  append_run(normalized, text.substr(run));
  return normalized;
}

}  // namespace r2rank::text
