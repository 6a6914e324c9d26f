#include "data/json_fields.h"

#include "base/error.h"
#include "base/json.h"

namespace r2rank::data {

JsonFields::JsonFields(std::string_view text, const std::string& where, const std::string& what)
    : JsonFields(wrap(base::parse_json(text, where, what), where, what)) {}

JsonFields JsonFields::wrap(nlohmann::json value, std::string where, std::string what) {
  if (!value.is_object())
    base::fail_data(where, "expected a JSON object in {}, found a JSON {}", what, value.type_name());
  JsonFields fields;
  fields.value_ = std::move(value);
  fields.where_ = std::move(where);
  fields.what_ = std::move(what);
  return fields;
}

void JsonFields::fail_field(const std::string& name, const std::string& expected) const {
  const auto found = value_.find(name);
  base::fail_data(where_, "expected {} as '{}' in {}, found {}", expected, name, what_,
                  found == value_.end() ? "nothing" : base::json_excerpt(*found));
}

const nlohmann::json& JsonFields::at(const std::string& name, const std::string& expected) const {
  const auto found = value_.find(name);
  if (found == value_.end()) fail_field(name, expected);
  return *found;
}

std::string JsonFields::text(const std::string& name) const {
  const auto& value = at(name, "text");
  if (!value.is_string()) fail_field(name, "text");
  return value.get<std::string>();
}

bool JsonFields::boolean(const std::string& name) const {
  const auto& value = at(name, "true or false");
  if (!value.is_boolean()) fail_field(name, "true or false");
  return value.get<bool>();
}

int64_t JsonFields::integer(const std::string& name, int64_t low, int64_t high) const {
  const std::string expected = fmt::format("a whole number from {} to {}", low, high);
  const auto& value = at(name, expected);
  const bool too_large =
      value.is_number_unsigned() && value.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX);
  if (!value.is_number_integer() || too_large) fail_field(name, expected);
  const auto number = value.get<int64_t>();
  if (number < low || number > high) fail_field(name, expected);
  return number;
}

uint64_t JsonFields::unsigned_integer(const std::string& name) const {
  const auto& value = at(name, "a whole number of 0 or more");
  if (!value.is_number_unsigned()) fail_field(name, "a whole number of 0 or more");
  return value.get<uint64_t>();
}

const nlohmann::json& JsonFields::list(const std::string& name) const {
  const auto& value = at(name, "a list");
  if (!value.is_array()) fail_field(name, "a list");
  return value;
}

JsonFields JsonFields::object(const std::string& name) const {
  return wrap(at(name, "an object"), where_, fmt::format("'{}' of {}", name, what_));
}

std::string JsonFields::id(const std::string& name) const {
  const std::string text = id_text(at(name, "an id (text or a whole number)"));
  if (text.empty()) fail_field(name, "an id (text or a whole number)");
  return text;
}

void JsonFields::check_format(const std::string& format, int64_t version) const {
  base::check_format(value_, format, version, where_, what_);
}

std::string id_text(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return value.dump();
  return "";
}

}  // namespace r2rank::data
