#include "model/format/generation_config.h"

#include <limits>
#include <optional>
#include <vector>

#include "base/error.h"
#include "model/format/shown.h"
#include "model/format/strict_json.h"

namespace r2rank::model {
namespace {

constexpr int kDeepest = 32;

/// A value that may stand for token ids, and its name for errors.
struct IdField {
  const nlohmann::json& value;
  const char* key;
  const std::string& origin;
};

std::optional<text::TokenId> read_id(const IdField& field) {
  constexpr uint64_t kMost = std::numeric_limits<text::TokenId>::max();
  const nlohmann::json& value = field.value;
  const bool too_large = value.is_number_unsigned() && value.get<uint64_t>() > kMost;
  if (!value.is_number_integer() || too_large)
    base::fail_data("model", "{}: expected '{}' to be a token id, found {}; correct that file", field.origin,
                    field.key, shown(value.dump()));
  const auto id = value.get<int64_t>();
  if (id < 0) return std::nullopt;
  return static_cast<text::TokenId>(id);
}

std::vector<text::TokenId> read_ids(const IdField& field) {
  std::vector<text::TokenId> ids;
  const auto add = [&](const nlohmann::json& value) {
    if (const auto id = read_id({value, field.key, field.origin})) ids.push_back(*id);
  };
  if (!field.value.is_array()) {
    add(field.value);
    return ids;
  }
  for (const auto& value : field.value) add(value);
  return ids;
}

/// nullptr when missing or null.
const nlohmann::json* find(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

nlohmann::ordered_json id_json(std::optional<text::TokenId> id) {
  if (!id) return nullptr;
  return *id;
}

nlohmann::ordered_json eos_json(const text::TokenizerData& tokenizer) {
  auto ids = text::end_ids(tokenizer);
  if (ids.empty()) return nullptr;
  if (ids.size() == 1) return ids.front();
  return ids;
}

}  // namespace

void read_generation_ids(std::string_view json, const std::string& origin, text::TokenizerData& tokenizer) {
  const auto parsed = parse_strict_json(json, "model", origin, kDeepest);
  const auto* eos = find(parsed, "eos_token_id");
  const auto* pad = find(parsed, "pad_token_id");
  if (eos != nullptr && tokenizer.eos_ids.empty())
    tokenizer.eos_ids = read_ids({*eos, "eos_token_id", origin});
  if (pad != nullptr && !tokenizer.pad) tokenizer.pad = read_id({*pad, "pad_token_id", origin});
}

void write_generation_ids(nlohmann::ordered_json& json, const text::TokenizerData& tokenizer) {
  json["bos_token_id"] = id_json(tokenizer.bos);
  json["eos_token_id"] = eos_json(tokenizer);
  json["pad_token_id"] = id_json(tokenizer.pad);
}

std::string generation_config_json(const text::TokenizerData& tokenizer) {
  nlohmann::ordered_json json;
  write_generation_ids(json, tokenizer);
  return json.dump(2) + "\n";
}

}  // namespace r2rank::model
