#include "text/tokenizer_json.h"

#include <algorithm>

#include "base/error.h"
#include "base/json.h"

namespace r2rank::text {
namespace {

using nlohmann::json;

/// Fails with "origin: text".
template <class... Args>
[[noreturn]] void refuse(const std::string& origin, fmt::format_string<Args...> text, Args&&... args) {
  base::fail_data("tokenizer", "{}: {}; the file is damaged or of another kind", origin,
                  fmt::format(text, std::forward<Args>(args)...));
}

const json& member(const JsonPart& object, const char* key) {
  const auto found = object.value.is_object() ? object.value.find(key) : object.value.end();
  if (!object.value.is_object() || found == object.value.end())
    refuse(object.origin, "expected '{}', found none", key);
  return *found;
}

TokenId read_id(const json& value, const std::string& token, const std::string& origin) {
  const bool fits = value.is_number_unsigned() && value.get<uint64_t>() <= INT32_MAX;
  if (!fits) refuse(origin, "expected a token id for '{}', found {}", token, value.dump().substr(0, 80));
  return static_cast<TokenId>(value.get<uint64_t>());
}

std::string read_string(const json& value, const char* what, const std::string& origin) {
  if (!value.is_string()) refuse(origin, "expected {} as text, found {}", what, value.dump().substr(0, 80));
  return value.get<std::string>();
}

bool optional_flag(const JsonPart& object, const char* key, bool absent) {
  const auto found = object.value.find(key);
  if (found == object.value.end() || found->is_null()) return absent;
  if (!found->is_boolean()) refuse(object.origin, "expected '{}' to be true or false", key);
  return found->get<bool>();
}

void check_model(const JsonPart& model) {
  if (!model.value.is_object()) refuse(model.origin, "expected 'model' to be an object");
  const std::string type = optional_string(model, "type");
  if (!type.empty() && type != "BPE")
    base::fail_data("tokenizer", "{}: the model '{}' is not supported: expected byte-level BPE", model.origin,
                    type);
  if (optional_flag(model, "byte_fallback", false))
    base::fail_data("tokenizer", "{}: byte_fallback is not supported: expected byte-level BPE", model.origin);
  for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"})
    if (!optional_string(model, key).empty())
      base::fail_data("tokenizer", "{}: '{}' is not supported: expected byte-level BPE", model.origin, key);
}

/// Puts a token where its id says. Ids may leave holes, but no more than there are tokens: a damaged file
/// must not ask for gigabytes.
void place_token(TokenizerData& data, const std::string& token, TokenId id, size_t known,
                 const std::string& origin) {
  const size_t limit = 2 * known + 1024;
  const auto index = static_cast<size_t>(id);
  if (index >= limit)
    refuse(origin, "token '{}' has the id {}, but there are only {} tokens", token, id, known);
  if (index >= data.tokens.size()) data.tokens.resize(index + 1);
  if (!data.tokens[index].empty() && data.tokens[index] != token)
    refuse(origin, "tokens '{}' and '{}' share the id {}", data.tokens[index], token, id);
  data.tokens[index] = token;
}

void read_vocabulary(const JsonPart& model, size_t known, TokenizerData& data) {
  const json& vocabulary = member(model, "vocab");
  if (!vocabulary.is_object()) refuse(model.origin, "expected 'vocab' to map tokens to ids");
  for (const auto& [token, id] : vocabulary.items())
    if (!token.empty()) place_token(data, token, read_id(id, token, model.origin), known, model.origin);
}

/// Both notations: "left right" and ["left", "right"].
std::pair<std::string, std::string> read_merge(const json& merge, const std::string& origin) {
  if (merge.is_array() && merge.size() == 2)
    return {read_string(merge[0], "a merge", origin), read_string(merge[1], "a merge", origin)};
  const std::string text = read_string(merge, "a merge", origin);
  const size_t space = text.find(' ');
  if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos)
    refuse(origin, "expected a merge of two tokens, found '{}'", text);
  return {text.substr(0, space), text.substr(space + 1)};
}

void read_merges(const JsonPart& model, TokenizerData& data) {
  const json& merges = member(model, "merges");
  if (!merges.is_array()) refuse(model.origin, "expected 'merges' to be a list");
  data.merges.reserve(merges.size());
  for (const json& merge : merges) data.merges.push_back(read_merge(merge, model.origin));
}

SpecialFlags read_flags(const JsonPart& token) {
  return {optional_flag(token, "lstrip", false), optional_flag(token, "rstrip", false),
          optional_flag(token, "single_word", false), optional_flag(token, "normalized", false),
          optional_flag(token, "special", true)};
}

const json& added_tokens(const JsonPart& document) {
  static const json none = json::array();
  const auto found = document.value.find("added_tokens");
  if (found == document.value.end() || found->is_null()) return none;
  if (!found->is_array()) refuse(document.origin, "expected 'added_tokens' to be a list");
  return *found;
}

void read_special(const JsonPart& document, size_t known, TokenizerData& data) {
  for (const json& entry : added_tokens(document)) {
    const JsonPart token{entry, document.origin};
    const std::string content = read_string(member(token, "content"), "a special token", document.origin);
    if (content.empty()) refuse(document.origin, "a special token is empty");
    const TokenId id = read_id(member(token, "id"), content, document.origin);
    place_token(data, content, id, known, document.origin);
    data.special.emplace_back(content, id);
    const SpecialFlags flags = read_flags(token);
    if (flags != SpecialFlags()) data.special_flags[id] = flags;
  }
}

std::optional<TokenId> special_id(const TokenizerData& data, const std::string& token) {
  const auto found = std::find_if(data.special.begin(), data.special.end(),
                                  [&](const auto& entry) { return entry.first == token; });
  return found == data.special.end() ? std::nullopt : std::optional(found->second);
}

/// A token in tokenizer_config.json: text, or an object with "content".
std::string config_token(const JsonPart& config, const char* key) {
  const auto found = config.value.find(key);
  if (found == config.value.end()) return "";
  return found->is_object() ? optional_string({*found, config.origin}, "content")
                            : optional_string(config, key);
}

}  // namespace

std::string optional_string(const JsonPart& object, const char* key) {
  const auto found = object.value.find(key);
  if (found == object.value.end() || found->is_null()) return "";
  return read_string(*found, key, object.origin);
}

TokenizerData parse_tokenizer_json(std::string_view bytes, const std::string& origin) {
  const json parsed = base::parse_json(bytes, "tokenizer", origin);
  const JsonPart document{parsed, origin};
  const JsonPart model{member(document, "model"), origin};
  check_model(model);
  TokenizerData data;
  const size_t known = member(model, "vocab").size() + added_tokens(document).size();
  read_vocabulary(model, known, data);
  read_merges(model, data);
  data.ignore_merges = optional_flag(model, "ignore_merges", false);
  read_special(document, known, data);
  read_text_rules(document, data);
  return data;
}

void read_tokenizer_config(std::string_view bytes, const std::string& origin, TokenizerData& data) {
  const json parsed = base::parse_json(bytes, "tokenizer", origin);
  if (!parsed.is_object()) refuse(origin, "expected an object");
  const JsonPart config{parsed, origin};
  data.bos = special_id(data, config_token(config, "bos_token"));
  data.eos = special_id(data, config_token(config, "eos_token"));
  data.pad = special_id(data, config_token(config, "pad_token"));
  const auto chat = parsed.find("chat_template");
  if (chat != parsed.end() && chat->is_string()) data.chat_template = chat->get<std::string>();
}

TokenizerData load_tokenizer_json(const base::Path& path) {
  TokenizerData data = parse_tokenizer_json(base::read_file(path), path.string());
  const base::Path config = path.parent_path() / "tokenizer_config.json";
  if (std::filesystem::exists(config)) read_tokenizer_config(base::read_file(config), config.string(), data);
  const base::Path chat = path.parent_path() / "chat_template.jinja";
  if (std::filesystem::exists(chat)) data.chat_template = base::read_file(chat);
  return data;
}

}  // namespace r2rank::text
