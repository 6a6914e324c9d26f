#include "base/json.h"

#include <algorithm>
#include <functional>
#include <set>
#include <vector>

#include "base/error.h"

namespace r2rank::base {
namespace {

using nlohmann::json;
using Event = json::parse_event_t;
constexpr int64_t kMostValues = 8'000'000;  // bounds the memory that a hostile file can claim
constexpr size_t kLongestReason = 200;
constexpr size_t kLongestKey = 80;
constexpr size_t kLongestExcerpt = 40;

/// How deep brackets nest outside of strings.
int64_t nesting_depth(std::string_view text) {
  int64_t depth = 0, deepest = 0;
  bool quoted = false;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted && c == '\\')
      ++at;
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && (c == '[' || c == '{'))
      deepest = std::max(deepest, ++depth);
    else if (!quoted && (c == ']' || c == '}'))
      --depth;
  }
  return deepest;
}

/// Watches a parse and throws where the parser would be lenient.
class Watcher {
 public:
  Watcher(std::string_view where, std::string_view what) : where_(where), what_(what) {}

  bool operator()(int /*depth*/, Event event, json& value) {
    if (++values_ > kMostValues)
      fail_data(where_, "expected at most {} JSON values in {}, found more", kMostValues, what_);
    if (event == Event::object_start) keys_.emplace_back();
    if (event == Event::object_end) keys_.pop_back();
    if (event == Event::key) add_key(value.get_ref<const std::string&>());
    return true;
  }

 private:
  void add_key(const std::string& key) {
    if (keys_.back().insert(key).second) return;
    const std::string quoted =
        json(key).dump(-1, ' ', true);  // nothing in it may reach the terminal as it is
    fail_data(where_, "expected distinct keys in {}, found that '{}' occurs twice in one object", what_,
              quoted.substr(1, std::min(quoted.size() - 2, kLongestKey)));
  }

  std::string_view where_, what_;
  int64_t values_ = 0;
  std::vector<std::set<std::string>> keys_;
};

/// The parser's message without its class, and without what it read last: any bytes, of any length.
std::string reason_of(const json::exception& error) {
  std::string text = error.what();
  text.resize(std::min(text.find("; last read"), text.size()));
  if (const size_t end = text.find("] "); end != std::string::npos) text.erase(0, end + 2);
  text.resize(std::min(text.size(), kLongestReason));
  return text;
}

}  // namespace

json parse_json(std::string_view text, std::string_view where, std::string_view what,
                const JsonLimits& limits) {
  if (nesting_depth(text) > limits.deepest)
    fail_data(where, "expected JSON nested at most {} levels deep in {}; it is damaged or of another kind",
              limits.deepest, what);
  try {
    if (!limits.strict) return json::parse(text);
    Watcher watcher(where, what);
    return json::parse(text, std::ref(watcher));
  } catch (const json::out_of_range& error) {
    fail_data(where, "expected numbers that a double holds in {}: {}; write a smaller one or a text", what,
              reason_of(error));
  } catch (const json::exception& error) {
    fail_data(where, "expected JSON in {}: {}; it is damaged or cut off", what, reason_of(error));
  }
}

void check_format(const json& document, std::string_view format, int64_t version, std::string_view where,
                  std::string_view what) {
  if (!document.is_object())
    fail_data(where, "expected a JSON object in {}, found {}; it is damaged or of another kind", what,
              json_excerpt(document));
  const auto refuse = [&](const char* key, const std::string& expected) {
    const auto found = document.find(key);
    fail_data(where, "expected {} as '{}' in {}, found {}; it is damaged or of another kind", expected, key,
              what, found == document.end() ? "nothing" : json_excerpt(*found));
  };
  const auto name = document.find("format"), number = document.find("version");
  if (name == document.end() || !name->is_string() || name->get_ref<const std::string&>() != format)
    refuse("format", fmt::format("\"{}\"", format));
  if (number == document.end() || !number->is_number_integer() || number->get<double>() < 1)
    refuse("version", "a whole number of 1 or more");
  if (number->get<double>() > static_cast<double>(version))
    fail_data(where,
              "expected version {} or older in {}, found {}; read it with a newer r2rank or make it anew",
              version, what, json_excerpt(*number));
}

std::string json_excerpt(const json& value) {
  if (value.is_structured()) return value.is_array() ? "a list" : "an object";
  const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  return text.size() > kLongestExcerpt ? text.substr(0, kLongestExcerpt) + "..." : text;
}

}  // namespace r2rank::base
