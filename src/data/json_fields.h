#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace r2rank::data {

/// Typed access to the fields of one JSON object of ours, with errors that name field and file.
class JsonFields {
 public:
  /// Parses `text`. `where` is the error's layer ("slates"), `what` names the object ("line 3 of
  /// test.slates.jsonl"). Errors (all of this class): kData.
  JsonFields(std::string_view text, const std::string& where, const std::string& what);
  /// Wraps a value that must be an object. No constructor: text would convert to a JSON string in silence.
  static JsonFields wrap(nlohmann::json value, std::string where, std::string what);

  std::string text(const std::string& name) const;
  bool boolean(const std::string& name) const;
  /// A whole number in [low, high].
  int64_t integer(const std::string& name, int64_t low, int64_t high) const;
  uint64_t unsigned_integer(const std::string& name) const;
  /// A list; the caller checks its elements.
  const nlohmann::json& list(const std::string& name) const;
  JsonFields object(const std::string& name) const;
  /// Text, or a whole number as text: ids come as either.
  std::string id(const std::string& name) const;
  /// base::check_format() of this object.
  void check_format(const std::string& format, int64_t version) const;
  [[noreturn]] void fail_field(const std::string& name, const std::string& expected) const;
  const nlohmann::json& value() const { return value_; }

 private:
  JsonFields() = default;
  const nlohmann::json& at(const std::string& name, const std::string& expected) const;

  nlohmann::json value_;
  std::string where_, what_;
};

/// Text, or a whole number as text; "" for anything else.
std::string id_text(const nlohmann::json& value);

}  // namespace r2rank::data
