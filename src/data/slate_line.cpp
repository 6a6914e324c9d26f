#include "data/slate_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <nlohmann/json.hpp>

namespace r2rank::data {
namespace {

constexpr size_t kMostDigits = 18;  // of a whole number: it fits 64 bits

bool needs_no_escape(char c) {
  return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Each function takes what it names off the front, or returns false.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : at_(text.data()), end_(text.data() + text.size()) {}

  bool finished() const { return at_ == end_; }

  bool take(std::string_view expected) {
    if (!rest().starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }

  bool whole_number(int64_t& number) {
    const std::string_view digits = take_digits();
    if (digits.empty() || digits.size() > kMostDigits) return false;
    return std::from_chars(digits.data(), digits.data() + digits.size(), number).ec == std::errc();
  }

  /// "0.5": digits on both sides of a point, no exponent.
  bool fraction(double& number) {
    const char* begin = at_;
    if (take_digits().empty() || !take(".")) return false;
    const char* after_point = at_;
    while (at_ < end_ && is_digit(*at_)) ++at_;
    return at_ > after_point && std::from_chars(begin, at_, number).ec == std::errc();
  }

  /// A quoted id that needs no escapes.
  bool text(std::string_view& id) {
    if (!take("\"")) return false;
    const char* begin = at_;
    while (at_ < end_ && needs_no_escape(*at_)) ++at_;
    id = {begin, static_cast<size_t>(at_ - begin)};
    return take("\"");
  }

  /// A list that is not empty; read(cursor, element) takes one.
  template <class Element, class Read>
  bool list(std::vector<Element>& elements, const Read& read) {
    elements.clear();
    if (!take("[")) return false;
    do {
      if (!read(*this, elements.emplace_back())) return false;
    } while (take(","));
    return take("]");
  }

 private:
  std::string_view rest() const { return {at_, static_cast<size_t>(end_ - at_)}; }

  /// Without a zero in front of others.
  std::string_view take_digits() {
    const char* begin = at_;
    while (at_ < end_ && is_digit(*at_)) ++at_;
    const std::string_view digits(begin, static_cast<size_t>(at_ - begin));
    return digits.size() > 1 && digits[0] == '0' ? std::string_view() : digits;
  }

  const char *at_, *end_;
};

void append_text(std::string_view value, std::string& text) {
  if (std::all_of(value.begin(), value.end(), needs_no_escape))
    fmt::format_to(std::back_inserter(text), "\"{}\"", value);
  else
    text += nlohmann::json(value).dump();
}

void append_label(float label, std::string& text) {
  if (label == 0.0F)
    text += "0.0";
  else if (label == 1.0F)
    text += "1.0";
  else
    text += nlohmann::json(label).dump();
}

/// append(element) writes one.
void append_list(const auto& elements, std::string& text, const auto& append) {
  text += '[';
  for (size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) text += ',';
    append(elements[i]);
  }
  text += ']';
}

constexpr auto kText = [](Cursor& cursor, std::string_view& id) { return cursor.text(id); };
constexpr auto kFraction = [](Cursor& cursor, double& number) { return cursor.fraction(number); };

}  // namespace

void append_slate_line(const Slate& slate, const Dataset& dataset, std::string& text) {
  const auto item = [&](int32_t index) { append_text(dataset.items[index].id, text); };
  fmt::format_to(std::back_inserter(text), "{{\"id\":{},\"user\":", slate.id);
  append_text(dataset.user_ids[slate.user], text);
  fmt::format_to(std::back_inserter(text), ",\"history_end\":{},\"candidates\":", slate.history_end);
  append_list(slate.candidates, text, item);
  text += ",\"relevance\":";
  append_list(slate.relevance, text, [&](float label) { append_label(label, text); });
  if (!slate.missed.empty()) {
    text += ",\"missed\":";
    append_list(slate.missed, text, item);
  }
  text += "}\n";
}

bool read_slate_line(std::string_view line, SlateLine& slate) {
  Cursor cursor(line);
  slate.missed.clear();
  return cursor.take("{\"id\":") && cursor.whole_number(slate.id) && cursor.take(",\"user\":") &&
         cursor.text(slate.user) && cursor.take(",\"history_end\":") &&
         cursor.whole_number(slate.history_end) && cursor.take(",\"candidates\":") &&
         cursor.list(slate.candidates, kText) && cursor.take(",\"relevance\":") &&
         cursor.list(slate.relevance, kFraction) &&
         (!cursor.take(",\"missed\":") || cursor.list(slate.missed, kText)) && cursor.take("}") &&
         cursor.finished();
}

}  // namespace r2rank::data
