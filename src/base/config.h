#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace r2rank::base {

/// One parameter of a configuration struct: the only place where its name, default, help and limits stand.
/// The parser,
/// `--help`, `--print-config`, the TOML reader and docs/configuration.md are all generated from these.
struct ConfigField {
  using Target = std::variant<bool*, int64_t*, double*, std::string*, std::vector<std::string>*>;

  std::string name;                   ///< snake_case; the flag is --kebab-case
  Target value;                       ///< where the value lives; holds the default until something sets it
  std::string help;                   ///< one sentence, with the unit
  std::vector<std::string> choices;   ///< for strings: the valid values (empty: any)
  double low = -1e300, high = 1e300;  ///< for numbers: the valid range, inclusive
  bool required = false;              ///< must be set by the user
  bool given = false;                 ///< set by a flag or a file; otherwise the value is the default

  ConfigField& one_of(std::vector<std::string> values);
  ConfigField& between(double lowest, double highest);
  ConfigField& at_least(double lowest);
  ConfigField& mandatory();

  std::string flag() const;     ///< "--slates-per-step"
  std::string as_text() const;  ///< the current value as TOML would write it
  std::string type_name() const;
};

/// The fields of one configuration struct, bound to an instance of it. A struct describes itself with
/// `void describe(base::ConfigFields& fields)`; the fields point into the struct, which must outlive them.
class ConfigFields {
 public:
  template <class T>
  ConfigField& add(std::string name, T& value, std::string help) {
    fields_.push_back({std::move(name), &value, std::move(help), {}});
    return fields_.back();
  }

  /// Sets one field from text. Errors: kUsage for an unknown name (with the nearest one), a wrong type,
  /// choice or range.
  void set(std::string_view name, std::string_view text);
  /// Sets every key of a TOML file. Errors as for set(), kIo when it cannot be read, kData when it is no
  /// TOML.
  void load_toml(const std::string& path);
  /// Whether a field was set since it was added, be it to its default. Errors: kUsage for an unknown name.
  bool given(std::string_view name) const;
  /// Checks that mandatory fields are set. Errors: kUsage.
  void check_complete() const;
  /// The resolved values as a TOML document, each with its help as a comment.
  std::string as_toml() const;
  /// The resolved values as a JSON object.
  std::string as_json() const;
  /// A Markdown table: name, type, default, help.
  std::string as_markdown() const;

  std::deque<ConfigField>& all() { return fields_; }
  const std::deque<ConfigField>& all() const { return fields_; }

 private:
  const ConfigField& find(std::string_view name) const;
  ConfigField& find(std::string_view name);
  std::deque<ConfigField> fields_;  // a deque: add() returns references that must stay valid
};

}  // namespace r2rank::base
