#include "base/toml_text.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/files.h"

namespace r2rank::base {
namespace {

/// toml++ takes keys of any depth and destroys what "a.a.a..." nests by recursion: 30,000 dots exhaust the
/// stack. A configuration has a few hundred.
constexpr std::ptrdiff_t kMostDots = 10000;

std::string scalar_as_text(const toml::node& node, const std::string& key) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  fail_usage("config",
             "expected a number, true/false, text or a list of them for key '{}'; the configuration is flat: "
             "write '{} = value'",
             key, key);
}

}  // namespace

std::string toml_as_text(const toml::node& node, const std::string& key) {
  const auto* list = node.as_array();
  if (list == nullptr) return scalar_as_text(node, key);
  std::vector<std::string> words;
  for (const auto& element : *list) {
    words.push_back(scalar_as_text(element, key));
    // Lists travel as text joined by commas: an element with one would silently become two.
    if (words.back().empty() || words.back().find(',') != std::string::npos)
      fail_usage("config", "expected list elements without commas and not empty for key '{}', found '{}'",
                 key, words.back());
  }
  return fmt::format("{}", fmt::join(words, ","));
}

toml::table read_toml(const std::string& path) {
  const std::string text = read_file(path);
  if (std::count(text.begin(), text.end(), '.') > kMostDots)
    fail_data("config", "{} has more than {} dots; expected a flat configuration: lines of 'key = value'",
              path, kMostDots);
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    fail_data("config", "{} is not valid TOML: {} (line {})", path, error.description(),
              error.source().begin.line);
  }
}

}  // namespace r2rank::base
