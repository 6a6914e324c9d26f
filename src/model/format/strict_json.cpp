#include "model/format/strict_json.h"

#include <limits>
#include <set>
#include <vector>

#include "base/error.h"
#include "model/format/shown.h"

namespace r2rank::model {
namespace {

using Event = nlohmann::json::parse_event_t;
constexpr int64_t kMostValues = 8'000'000;  // bounds the memory that a hostile file can claim

// Watches a parse and throws where the standard parser would be lenient.
class Watcher {
 public:
  Watcher(const std::string& where, const std::string& origin, int deepest)
      : where_(where), origin_(origin), deepest_(deepest) {}

  bool operator()(int depth, Event event, nlohmann::json& value) {
    if (++values_ > kMostValues)
      base::fail_data(where_, "{}: more than {} JSON values", origin_, kMostValues);
    switch (event) {
      case Event::object_start:
        open(depth);
        keys_.emplace_back();
        break;
      case Event::array_start:
        open(depth);
        break;
      case Event::object_end:
        keys_.pop_back();
        break;
      case Event::key:
        add_key(value.get_ref<const std::string&>());
        break;
      case Event::array_end:
      case Event::value:
        break;
    }
    return true;
  }

 private:
  void open(int depth) const {
    if (depth >= deepest_)
      base::fail_data(where_, "{}: JSON nested deeper than {} levels", origin_, deepest_);
  }
  void add_key(const std::string& key) {
    if (!keys_.back().insert(key).second)
      base::fail_data(where_, "{}: the key '{}' occurs twice in one JSON object", origin_, shown(key));
  }

  const std::string &where_, &origin_;
  int deepest_;
  int64_t values_ = 0;
  std::vector<std::set<std::string>> keys_;
};

}  // namespace

nlohmann::json parse_strict_json(std::string_view bytes, const std::string& where, const std::string& origin,
                                 int deepest) {
  nlohmann::json json;
  try {
    Watcher watcher(where, origin, deepest);
    json = nlohmann::json::parse(bytes.begin(), bytes.end(), std::ref(watcher));
  } catch (const nlohmann::json::exception& error) {
    base::fail_data(where, "{}: not valid JSON: {}", origin, shown(error.what()));
  }
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
