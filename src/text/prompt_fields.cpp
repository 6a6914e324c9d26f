#include "text/prompt_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <functional>

#include "text/utf8.h"

namespace r2rank::text {
namespace {

/// C0 and C1 controls, line and paragraph separators, and the space itself.
bool separates(uint32_t code_point) {
  return code_point <= 0x20 || (code_point >= 0x7F && code_point <= 0xA0) || code_point == 0x2028 ||
         code_point == 0x2029;
}

std::string number_text(double value) {
  if (!(value >= 0 && value < 1e6)) return "";
  const double rounded = std::round(value * 10) / 10;
  return rounded == std::floor(rounded) ? fmt::format("{:.0f}", rounded) : fmt::format("{:.1f}", rounded);
}

std::string count_of(double number, std::string_view unit) {
  const auto whole = static_cast<int64_t>(number);
  return fmt::format("{} {}{} ago", whole, unit, whole == 1 ? "" : "s");
}

/// Text cut to a budget: the title's, or that of the other fields.
using Cut = std::function<std::string(const std::string& text, bool title)>;

FieldValues text_fields(const PromptItem& item, const Cut& cut) {
  const std::string last = item.categories.empty() ? "" : item.categories.back();
  return {{"title", cut(item.title, true)},
          {"brand", cut(item.brand, false)},
          {"category", cut(last, false)},
          {"categories", cut(fmt::format("{}", fmt::join(item.categories, ", ")), false)}};
}

Cut by_tokens(const Tokenizer& tokenizer, const FieldLimits& limits) {
  return [&](const std::string& text, bool title) {
    return cut_to_tokens(tokenizer, clean_text(text), title ? limits.title_tokens : limits.other_tokens);
  };
}

Cut by_words(int64_t words) {
  return [words](const std::string& text, bool) { return cut_to_words(clean_text(text), words); };
}

FieldValues history_values(const PromptItem& item, const Cut& cut) {
  FieldValues values = text_fields(item, cut);
  values.emplace_back("rating", number_text(item.rating));
  values.emplace_back("days_ago", days_ago_text(item.days_ago));
  return values;
}

FieldValues candidate_values(const PromptItem& item, const Cut& cut, int64_t description_words) {
  FieldValues values = text_fields(item, cut);
  values.emplace_back("description", cut_to_words(clean_text(item.description), description_words));
  values.emplace_back("count", item.count >= 0 ? fmt::format("{}", item.count) : "");
  values.emplace_back("mean_rating", item.mean_rating >= 0 ? fmt::format("{:.1f}", item.mean_rating) : "");
  return values;
}

}  // namespace

std::string clean_text(std::string_view text) {
  std::string clean;
  bool space = false;
  for (size_t at = 0; at < text.size();) {
    const Utf8Char next = utf8_at(text, at);
    at += next.bytes;
    if (separates(next.code_point)) {
      space = true;
      continue;
    }
    if (space && !clean.empty()) clean += ' ';
    space = false;
    append_utf8(clean, next.code_point);
  }
  return clean;
}

std::string cut_to_tokens(const Tokenizer& tokenizer, const std::string& text, int64_t tokens) {
  if (tokens <= 0) return "";
  constexpr int64_t kLongestToken =
      256;  // bytes; a megabyte of title is not worth tokenising for its first words
  const auto limit = static_cast<size_t>(tokens * kLongestToken);
  const std::string_view start =
      text.size() > limit ? without_cut_tail(std::string_view(text).substr(0, limit)) : text;
  std::vector<TokenId> ids = tokenizer.encode(start, false);
  if (static_cast<int64_t>(ids.size()) <= tokens) return std::string(start);
  ids.resize(static_cast<size_t>(tokens));
  const std::string decoded = tokenizer.decode(ids);
  std::string_view cut = without_cut_tail(decoded);
  while (cut.ends_with(' ')) cut.remove_suffix(1);
  return std::string(cut);
}

std::string cut_to_words(const std::string& text, int64_t words) {
  if (words <= 0) return "";
  size_t at = 0;
  for (int64_t word = 0; word < words; ++word) {
    at = text.find(' ', at + (word > 0));
    if (at == std::string::npos) return text;
  }
  return text.substr(0, at);
}

std::string days_ago_text(double days) {
  if (!(days >= 0 && days < 1e6)) return "";
  if (days < 1) return "today";
  if (days < 14) return count_of(days, "day");
  if (days < 60) return count_of(days / 7, "week");
  return days < 730 ? count_of(days / 30.44, "month") : count_of(days / 365.25, "year");
}

FieldValues history_fields(const Tokenizer& tokenizer, const PromptItem& item, const FieldLimits& limits) {
  return history_values(item, by_tokens(tokenizer, limits));
}

FieldValues candidate_fields(const Tokenizer& tokenizer, const PromptItem& item, const FieldLimits& limits) {
  return candidate_values(item, by_tokens(tokenizer, limits), limits.description_words);
}

FieldValues history_fields(const PromptItem& item, int64_t words) {
  return history_values(item, by_words(words));
}

FieldValues candidate_fields(const PromptItem& item, int64_t words, int64_t description_words) {
  return candidate_values(item, by_words(words), description_words);
}

}  // namespace r2rank::text
