#include "data/price_text.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace r2rank::data {
namespace {

constexpr std::array<std::string_view, 6> kMissing = {"", "None", "null", "nan", "-", "\u2014"};
constexpr std::array<std::string_view, 4> kCurrencies = {"$", "\u20AC", "\u00A3", "\u00A5"};

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// Digits with commas between them, then perhaps a point and digits.
bool is_amount(std::string_view text) {
  text = trimmed(text);
  for (const std::string_view currency : kCurrencies)
    if (text.starts_with(currency)) text.remove_prefix(currency.size());
  const auto digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
  const std::string_view whole = text.substr(0, text.find('.'));
  const std::string_view rest = text.substr(std::min(whole.size() + 1, text.size()));
  return !whole.empty() && digit(whole[0]) && (whole.size() == text.size() || !rest.empty()) &&
         std::all_of(whole.begin(), whole.end(), [&](char c) { return digit(c) || c == ','; }) &&
         std::all_of(rest.begin(), rest.end(), digit);
}

}  // namespace

PriceKind price_kind(std::string_view text) {
  text = trimmed(text);
  if (std::find(kMissing.begin(), kMissing.end(), text) != kMissing.end()) return PriceKind::kNone;
  if (is_amount(text)) return PriceKind::kNumber;
  const size_t dash = text.find('-');
  const bool range =
      dash != std::string_view::npos && is_amount(text.substr(0, dash)) && is_amount(text.substr(dash + 1));
  return range ? PriceKind::kRange : PriceKind::kOther;
}

}  // namespace r2rank::data
