#include "model/format/gguf_metadata.h"

#include <fmt/format.h>

#include <cstdlib>
#include <limits>

#include "base/error.h"

namespace r2rank::model {
namespace {

// A float stored for a decimal number gets the digits that were meant: 1e-5f becomes 1e-5,
// not 9.99999974e-06.
double meant(double value) {
  const auto narrow = static_cast<float>(value);
  if (static_cast<double>(narrow) != value) return value;
  return std::strtod(fmt::format("{}", narrow).c_str(), nullptr);
}

}  // namespace

const GgufValue* GgufMetadata::find(const std::string& key) const {
  const auto found = file_.metadata.find(key);
  return found == file_.metadata.end() ? nullptr : &found->second;
}

const GgufValue& GgufMetadata::get(const std::string& key) const {
  if (const auto* value = find(key)) return *value;
  base::fail_data("gguf", "{}: the metadata lack '{}'; the file is not a complete language model", origin_,
                  key);
}

void GgufMetadata::fail_kind(const std::string& key, const char* expected) const {
  base::fail_data("gguf", "{}: expected metadata '{}' to be {}, found another type or a number out of range",
                  origin_, key, expected);
}

std::optional<int64_t> GgufMetadata::find_integer(const std::string& key) const {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* number = std::get_if<int64_t>(value)) return *number;
  const auto* number = std::get_if<uint64_t>(value);
  if (number == nullptr || *number > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
    fail_kind(key, "one whole number");
  return static_cast<int64_t>(*number);
}

std::optional<double> GgufMetadata::find_number(const std::string& key) const {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* number = std::get_if<double>(value)) return meant(*number);
  return static_cast<double>(*find_integer(key));
}

std::optional<bool> GgufMetadata::find_flag(const std::string& key) const {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  const auto* flag = std::get_if<bool>(value);
  if (flag == nullptr) fail_kind(key, "true or false");
  return *flag;
}

std::optional<std::string> GgufMetadata::find_text(const std::string& key) const {
  if (find(key) == nullptr) return std::nullopt;
  return text(key);
}

int64_t GgufMetadata::integer(const std::string& key) const {
  get(key);
  return *find_integer(key);
}

double GgufMetadata::number(const std::string& key) const {
  get(key);
  return *find_number(key);
}

const std::string& GgufMetadata::text(const std::string& key) const {
  const auto* found = std::get_if<std::string>(&get(key));
  if (found == nullptr) fail_kind(key, "text");
  return *found;
}

const std::vector<std::string>& GgufMetadata::texts(const std::string& key) const {
  const auto* found = std::get_if<std::vector<std::string>>(&get(key));
  if (found == nullptr) fail_kind(key, "a list of texts");
  return *found;
}

const std::vector<int64_t>* GgufMetadata::find_integers(const std::string& key) const {
  const auto* value = find(key);
  if (value == nullptr) return nullptr;
  const auto* found = std::get_if<std::vector<int64_t>>(value);
  if (found == nullptr) fail_kind(key, "a list of whole numbers");
  return found;
}

}  // namespace r2rank::model
