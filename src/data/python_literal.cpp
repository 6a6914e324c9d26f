#include "data/python_literal.h"

#include <arrow/util/utf8.h>
#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <cmath>
#include <stdexcept>

#include "data/utf8_append.h"

namespace r2rank::data {
namespace {

using Json = nlohmann::json;
constexpr int kDeepest = 64;  // as base::JsonLimits

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Json whole() {
    Json result = value(0);
    skip_space();
    if (at_ < text_.size()) fail("the end");
    return result;
  }

 private:
  [[noreturn]] void fail(std::string_view expected) const {
    throw std::invalid_argument(fmt::format("expected {} at byte {}", expected, at_));
  }
  bool ends() const { return at_ >= text_.size(); }
  char peek() const { return ends() ? '\0' : text_[at_]; }
  void skip_space() {
    while (!ends() && (peek() == ' ' || peek() == '\t' || peek() == '\r' || peek() == '\n')) ++at_;
  }
  bool take(char wanted) {
    skip_space();
    if (ends() || peek() != wanted) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Json value(int depth) {
    if (depth > kDeepest) fail(fmt::format("at most {} levels", kDeepest));
    skip_space();
    if (take('{')) return dict(depth);
    if (take('[')) return list(']', depth);
    if (take('(')) return list(')', depth);
    if (take_word("None")) return nullptr;
    if (take_word("True")) return true;
    if (take_word("False")) return false;
    if (at_string()) return strings();
    return number();
  }

  Json dict(int depth) {
    Json result = Json::object();
    while (!take('}')) {
      const Json key = value(depth + 1);
      if (key.is_structured()) fail("a text as key");
      if (!take(':')) fail("':'");
      result[key.is_string() ? key.get<std::string>() : key.dump()] = value(depth + 1);
      if (!take(',') && (skip_space(), peek()) != '}') fail("',' or '}'");
    }
    return result;
  }

  Json list(char close, int depth) {
    Json result = Json::array();
    while (!take(close)) {
      result.push_back(value(depth + 1));
      if (!take(',') && (skip_space(), peek()) != close) fail(fmt::format("',' or '{}'", close));
    }
    return result;
  }

  /// Whether a string begins here, perhaps with a prefix, which is one character at most.
  bool at_string() const {
    const auto quote = [&](size_t at) {
      return at < text_.size() && (text_[at] == '\'' || text_[at] == '"');
    };
    const char prefix = peek();
    return quote(at_) ||
           ((prefix == 'u' || prefix == 'b' || prefix == 'U' || prefix == 'B') && quote(at_ + 1));
  }

  /// One string, or several in a row, which Python joins.
  Json strings() {
    std::string text;
    for (; at_string(); skip_space()) {
      const bool characters = peek() == 'u' || peek() == 'U';
      if (peek() != '\'' && peek() != '"') ++at_;
      const size_t begin = at_;
      std::string piece;
      if (string(characters, piece) && !arrow::util::ValidateUTF8(piece)) {
        at_ = begin;
        piece.clear();
        string(true, piece);
      }
      text += piece;
    }
    return text;
  }

  /// Appends one string. `characters`: \xE9 is a character, else a byte. Returns whether there was such a
  /// byte.
  bool string(bool characters, std::string& text) {
    const char quote = text_[at_++];
    bool bytes = false;
    while (peek() != quote || ends()) {
      if (ends()) fail("a closing quote");
      if (peek() != '\\') {
        text += text_[at_++];
        continue;
      }
      ++at_;
      bytes |= escape(characters, text);
    }
    ++at_;
    return bytes;
  }

  /// Appends what stands behind a backslash; true for a byte beyond ASCII.
  bool escape(bool characters, std::string& text) {
    if (ends()) fail("a character behind the backslash");
    const char what = text_[at_++];
    constexpr std::string_view kNames = "abfnrtv\\'\"", kMeans = "\a\b\f\n\r\t\v\\'\"";
    if (const size_t known = kNames.find(what); known != std::string_view::npos) {
      text += kMeans[known];
      return false;
    }
    if (what == 'u' || what == 'U') {
      append_utf8(code_point(what == 'u' ? 4 : 8), text);
      return false;
    }
    if (what == 'x') return put_byte(digits(2, 2, 16), characters, text);
    if (what >= '0' && what <= '7') {
      --at_;
      return put_byte(digits(1, 3, 8) & 0xFF, characters, text);
    }
    if (what != '\n') text += '\\', text += what;  // as Python does with an escape it does not know
    return false;
  }

  static bool put_byte(uint32_t byte, bool characters, std::string& text) {
    if (characters || byte < 0x80) {
      append_utf8(byte, text);
      return false;
    }
    text += static_cast<char>(byte);
    return true;
  }

  uint32_t code_point(int count) {
    const uint32_t high = digits(count, count, 16);
    if (high > 0x10FFFF) fail("a character up to \\U0010FFFF");
    if (high < 0xD800 || high >= 0xDC00 || !text_.substr(at_).starts_with("\\u")) return high;
    const size_t before = at_;
    at_ += 2;
    const uint32_t low = digits(4, 4, 16);
    if (low >= 0xDC00 && low < 0xE000) return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    at_ = before;
    return high;
  }

  uint32_t digits(int least, int most, int base) {
    uint32_t number = 0;
    const auto wanted = text_.substr(at_, static_cast<size_t>(most));
    const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number, base);
    if (error != std::errc() || end - wanted.data() < least)
      fail(fmt::format("{} digits of base {}", least, base));
    at_ += static_cast<size_t>(end - wanted.data());
    return number;
  }

  Json number() {
    const size_t length = std::min(text_.find_first_not_of("+-.0123456789eE", at_), text_.size()) - at_;
    std::string_view digits = text_.substr(at_, length);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    if (digits.empty() || digits.starts_with('+')) fail("a value");
    const Json result = number_of(digits);
    at_ += length;
    if (peek() == 'L') ++at_;
    return result;
  }

  Json number_of(std::string_view digits) const {
    const auto parsed = [&](auto value) -> Json {
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
      return error == std::errc() && end == digits.data() + digits.size() ? Json(value) : Json();
    };
    for (const Json& number : {parsed(int64_t{}), parsed(uint64_t{}), parsed(double{})})
      if (!number.is_null()) return number;
    fail("a number");
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

nlohmann::json parse_python_literal(std::string_view text) {
  static const bool ready = (arrow::util::InitializeUTF8(), true);
  return ready ? Parser(text).whole() : Json();
}

}  // namespace r2rank::data
