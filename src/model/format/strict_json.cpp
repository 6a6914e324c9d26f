#include "model/format/strict_json.h"

#include <limits>

#include "base/error.h"
#include "base/json.h"
#include "model/format/shown.h"

namespace r2rank::model {

nlohmann::json parse_strict_json(std::string_view bytes, const std::string& where, const std::string& origin,
                                 int deepest) {
  nlohmann::json json = base::parse_json(bytes, where, origin, {.deepest = deepest, .strict = true});
  if (!json.is_object())
    base::fail_data(where, "{}: expected a JSON object, found {}", origin, json.type_name());
  return json;
}

const nlohmann::json* JsonObject::find(const char* key) const {
  const auto found = object_.find(key);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

void JsonObject::fail_missing(const char* key) const {
  base::fail_data(where_, "{}: '{}' is missing", origin_, key);
}

void JsonObject::fail_kind(const char* key, const char* expected) const {
  base::fail_data(where_, "{}: expected '{}' to be {}, found {}", origin_, key, expected,
                  shown(find(key)->dump()));
}

std::optional<int64_t> JsonObject::find_integer(const char* key) const {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  const bool fits = !value->is_number_unsigned() ||
                    value->get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (!value->is_number_integer() || !fits) fail_kind(key, "a whole number");
  return value->get<int64_t>();
}

std::optional<double> JsonObject::find_number(const char* key) const {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) fail_kind(key, "a number");
  return value->get<double>();
}

std::optional<bool> JsonObject::find_flag(const char* key) const {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) fail_kind(key, "true or false");
  return value->get<bool>();
}

std::optional<std::string> JsonObject::find_text(const char* key) const {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) fail_kind(key, "text");
  return value->get<std::string>();
}

std::optional<JsonObject> JsonObject::find_object(const char* key) const {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) fail_kind(key, "an object");
  return JsonObject(*value, where_, origin_);
}

int64_t JsonObject::integer(const char* key) const {
  if (!has(key)) fail_missing(key);
  return *find_integer(key);
}

std::string JsonObject::text(const char* key) const {
  if (!has(key)) fail_missing(key);
  return *find_text(key);
}

JsonObject JsonObject::object(const char* key) const {
  if (!has(key)) fail_missing(key);
  return *find_object(key);
}

}  // namespace r2rank::model
