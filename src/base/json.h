#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace r2rank::base {

/// What parse_json() refuses besides text that is no JSON.
struct JsonLimits {
  /// Levels of nesting. Copying, comparing and writing a value recurses: a hostile depth would exhaust the
  /// stack.
  int64_t deepest = 64;
  /// Also refuse a key that occurs twice in one object (else the last one counts), and more than 8 million
  /// values.
  bool strict = false;
};

/// Parses JSON from outside the program. `where` is the error's layer ("slates"), `what` names the text
/// ("line 3 of test.slates.jsonl"). Errors: kData; they repeat no bytes of the text but keys, escaped.
nlohmann::json parse_json(std::string_view text, std::string_view where, std::string_view what,
                          const JsonLimits& limits = {});

/// Checks "format" and "version" of a JSON document of ours: every version up to `version` is read.
/// Errors: kData for anything but an object, another format and a newer version.
void check_format(const nlohmann::json& document, std::string_view format, int64_t version,
                  std::string_view where, std::string_view what);

/// A value for an error message: its JSON, cut after 40 bytes; of an object or a list only which it is.
std::string json_excerpt(const nlohmann::json& value);

}  // namespace r2rank::base
