#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace r2rank::model {

/// base::parse_json() in its strict form, of at most `deepest` levels. Errors: kData, also for anything but
/// an object at the top.
nlohmann::json parse_strict_json(std::string_view bytes, const std::string& where, const std::string& origin,
                                 int deepest);

/// Typed access to the members of a JSON object. null counts as missing. Errors: kData for another type than
/// asked.
class JsonObject {
 public:
  JsonObject(const nlohmann::json& object, std::string where, std::string origin)
      : object_(object), where_(std::move(where)), origin_(std::move(origin)) {}

  std::optional<int64_t> find_integer(const char* key) const;
  std::optional<double> find_number(const char* key) const;
  std::optional<bool> find_flag(const char* key) const;
  std::optional<std::string> find_text(const char* key) const;
  std::optional<JsonObject> find_object(const char* key) const;
  bool has(const char* key) const { return find(key) != nullptr; }

  int64_t integer(const char* key) const;  ///< Errors: kData also when missing
  std::string text(const char* key) const;
  JsonObject object(const char* key) const;
  const nlohmann::json& json() const { return object_; }

 private:
  const nlohmann::json* find(const char* key) const;
  [[noreturn]] void fail_missing(const char* key) const;
  [[noreturn]] void fail_kind(const char* key, const char* expected) const;

  const nlohmann::json& object_;
  std::string where_, origin_;
};

}  // namespace r2rank::model
