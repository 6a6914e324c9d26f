#include "data/slate_line.h"

#include <charconv>

namespace r2rank::data {
namespace {

constexpr size_t kMostDigits = 18;  // of a whole number: it fits 64 bits

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
    while (at_ < end_ && *at_ >= ' ' && *at_ <= '~' && *at_ != '"' && *at_ != '\\') ++at_;
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

constexpr auto kText = [](Cursor& cursor, std::string_view& id) { return cursor.text(id); };
constexpr auto kFraction = [](Cursor& cursor, double& number) { return cursor.fraction(number); };

}  // namespace

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
