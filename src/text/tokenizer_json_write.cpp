#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "text/tokenizer_json.h"

namespace r2rank::text {
namespace {

using nlohmann::ordered_json;

ordered_json added_tokens_json(const TokenizerData& data) {
  auto special = data.special;
  std::sort(special.begin(), special.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  ordered_json list = ordered_json::array();
  for (const auto& [content, id] : special) {
    const auto known = data.special_flags.find(id);
    const SpecialFlags flags = known == data.special_flags.end() ? SpecialFlags() : known->second;
    list.push_back({{"id", id},
                    {"content", content},
                    {"single_word", flags.single_word},
                    {"lstrip", flags.left_strip},
                    {"rstrip", flags.right_strip},
                    {"normalized", flags.normalized},
                    {"special", flags.control}});
  }
  return list;
}

/// Every token, special ones too: the reference then takes their ids from here instead of counting on by
/// itself.
std::vector<std::string> all_tokens(const TokenizerData& data) {
  std::vector<std::string> tokens = data.tokens;
  for (const auto& [content, id] : data.special) {
    if (static_cast<size_t>(id) >= tokens.size()) tokens.resize(static_cast<size_t>(id) + 1);
    tokens[id] = content;
  }
  return tokens;
}

ordered_json model_json(const TokenizerData& data) {
  ordered_json model = {{"type", "BPE"},
                        {"dropout", nullptr},
                        {"unk_token", nullptr},
                        {"continuing_subword_prefix", nullptr},
                        {"end_of_word_suffix", nullptr},
                        {"fuse_unk", false},
                        {"byte_fallback", false},
                        {"ignore_merges", data.ignore_merges},
                        {"vocab", "@vocab"},
                        {"merges", "@merges"}};
  return model;
}

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump();
}

std::string vocabulary_text(const TokenizerData& data) {
  const std::vector<std::string> tokens = all_tokens(data);
  std::string text = "{";
  for (size_t id = 0; id < tokens.size(); ++id)
    if (!tokens[id].empty())
      text += fmt::format("{}\n      {}: {}", text.size() > 1 ? "," : "", quoted(tokens[id]), id);
  return text + "\n    }";
}

std::string merges_text(const TokenizerData& data) {
  std::string text = "[";
  for (const auto& [left, right] : data.merges)
    text += fmt::format("{}\n      [{}, {}]", text.size() > 1 ? "," : "", quoted(left), quoted(right));
  return text + "\n    ]";
}

/// The two large parts are written straight into the text: nlohmann's ordered objects search linearly at each
/// insertion.
std::string tokenizer_text(const TokenizerData& data) {
  const ordered_json byte_level = {
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", false}};
  const ordered_json document = {{"version", "1.0"},
                                 {"truncation", nullptr},
                                 {"padding", nullptr},
                                 {"added_tokens", added_tokens_json(data)},
                                 {"normalizer", normalizer_json(data)},
                                 {"pre_tokenizer", pre_tokenizer_json(data)},
                                 {"post_processor", post_processor_json(data)},
                                 {"decoder", byte_level},
                                 {"model", model_json(data)}};
  std::string text = document.dump(2);
  const size_t merges_at = text.rfind("\"@merges\""), vocabulary_at = text.rfind("\"@vocab\"", merges_at);
  text.replace(merges_at, sizeof("\"@merges\"") - 1, merges_text(data));
  text.replace(vocabulary_at, sizeof("\"@vocab\"") - 1, vocabulary_text(data));
  return text + "\n";
}

std::string config_text(const TokenizerData& data) {
  const auto name = [&](std::optional<TokenId> id) -> ordered_json {
    if (!id) return nullptr;
    const auto found = std::find_if(data.special.begin(), data.special.end(),
                                    [&](const auto& t) { return t.second == *id; });
    return found == data.special.end() ? ordered_json(nullptr) : ordered_json(found->first);
  };
  ordered_json config = {{"tokenizer_class", "PreTrainedTokenizerFast"},
                         {"bos_token", name(data.bos)},
                         {"eos_token", name(data.eos)},
                         {"pad_token", name(data.pad)},
                         {"clean_up_tokenization_spaces", false},
                         {"model_input_names", {"input_ids", "attention_mask"}}};
  if (!data.chat_template.empty()) config["chat_template"] = data.chat_template;
  return config.dump(2) + "\n";
}

}  // namespace

void save_tokenizer_json(const TokenizerData& data, const base::Path& folder) try {
  const std::string tokenizer = tokenizer_text(data),
                    config = config_text(data);  // both, before either is written
  base::write_file(folder / "tokenizer.json", tokenizer);
  base::write_file(folder / "tokenizer_config.json", config);
} catch (const nlohmann::json::type_error&) {
  base::fail_data(
      "tokenizer",
      "a token or the chat template is no UTF-8 and cannot be written as JSON; its source is damaged");
}

}  // namespace r2rank::text
