#include "report/page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "report/page_parts.h"

namespace r2rank::report {
namespace {

/// What may not stand in a script as it is, and its JSON escape.
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kEscapes = {{{"<", "\\u003c"},
                                                                                     {">", "\\u003e"},
                                                                                     {"&", "\\u0026"},
                                                                                     {"\u2028", "\\u2028"},
                                                                                     {"\u2029", "\\u2029"},
                                                                                     {"\u200E", "\\u200e"},
                                                                                     {"\u200F", "\\u200f"},
                                                                                     {"\u202A", "\\u202a"},
                                                                                     {"\u202B", "\\u202b"},
                                                                                     {"\u202C", "\\u202c"},
                                                                                     {"\u202D", "\\u202d"},
                                                                                     {"\u202E", "\\u202e"},
                                                                                     {"\u2066", "\\u2066"},
                                                                                     {"\u2067", "\\u2067"},
                                                                                     {"\u2068", "\\u2068"},
                                                                                     {"\u2069", "\\u2069"}}};

/// The escape of what begins at `at`; none for an ordinary byte.
const std::pair<std::string_view, std::string_view>* escape_at(std::string_view text, size_t at) {
  const char first = text[at];
  if (first != '<' && first != '>' && first != '&' && first != '\xE2') return nullptr;
  for (const auto& escape : kEscapes)
    if (text.substr(at, escape.first.size()) == escape.first) return &escape;
  return nullptr;
}

std::string escaped_html(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '<')
      result += "&lt;";
    else if (c == '&')
      result += "&amp;";
    else
      result += c;
  }
  return result;
}

/// The template with every {{name}} replaced, in one pass: what is filled in is not looked at again.
std::string filled(std::string_view text, const std::map<std::string_view, std::string_view>& values) {
  std::string result;
  for (size_t at = 0; at < text.size();) {
    const size_t open = std::min(text.find("{{", at), text.size());
    result += text.substr(at, open - at);
    if (open == text.size()) break;
    const size_t close = text.find("}}", open);
    R2RANK_CHECK(close != std::string_view::npos);
    result += values.at(text.substr(open + 2, close - open - 2));
    at = close + 2;
  }
  return result;
}

/// Scripts are those of this page alone; no request leaves it.
std::string policy() {
  return fmt::format(
      "default-src 'none'; script-src '{}' '{}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
      "form-action 'none'",
      parts::kLibraryHash, parts::kScriptHash);
}

std::string page_with(std::string_view title, std::string_view model) {
  const std::string policy_text = policy();
  return filled(parts::kTemplate, {{"mark", kPageMark},
                                   {"policy", policy_text},
                                   {"title", title},
                                   {"style", parts::kStyle},
                                   {"model", model},
                                   {"library", parts::kLibrary},
                                   {"script", parts::kScript}});
}

}  // namespace

std::string model_text(const Json& model) {
  const std::string json = model.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string result;
  result.reserve(json.size());
  for (size_t at = 0; at < json.size();) {
    const auto* escape = escape_at(json, at);
    if (escape == nullptr) {
      result += json[at++];
      continue;
    }
    result += escape->second;
    at += escape->first.size();
  }
  return result;
}

std::string render_page(const Json& model) {
  const Json clean = Json::parse(model.at("title").dump(-1, ' ', false, Json::error_handler_t::replace));
  return page_with(escaped_html(clean.get<std::string>()), model_text(model));
}

int64_t page_bytes() {
  return static_cast<int64_t>(page_with("", "").size());
}

}  // namespace r2rank::report
