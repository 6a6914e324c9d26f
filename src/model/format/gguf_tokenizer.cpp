#include "model/format/gguf_tokenizer.h"

#include <algorithm>

#include "base/error.h"
#include "model/format/gguf_metadata.h"
#include "model/format/shown.h"
#include "text/tokenizer_json.h"
#include "text/utf8.h"

namespace r2rank::model {
namespace {

constexpr size_t kMostTokens = 1 << 22;
constexpr int64_t kControl = 3, kUserDefined = 4;  // token types of the GGUF specification

void check_utf8(const std::string& value, const GgufMetadata& metadata) {
  if (!text::is_utf8(value))
    base::fail_data("gguf", "{}: the tokenizer holds '{}', which is not UTF-8; the file is damaged",
                    metadata.origin(), shown(value));
}

const std::vector<std::string>& read_tokens(const GgufMetadata& metadata) {
  const auto& tokens = metadata.texts("tokenizer.ggml.tokens");
  if (tokens.empty() || tokens.size() > kMostTokens)
    base::fail_data("gguf", "{}: expected between 1 and {} tokens, found {}", metadata.origin(), kMostTokens,
                    tokens.size());
  for (const auto& token : tokens) check_utf8(token, metadata);
  return tokens;
}

// A merge is "left right"; neither half holds a space in the byte-level alphabet.
std::pair<std::string, std::string> split_merge(const std::string& merge, const GgufMetadata& metadata) {
  const size_t space = merge.find(' ');
  const bool two = space != std::string::npos && space > 0 && space + 1 < merge.size();
  if (!two || merge.find(' ', space + 1) != std::string::npos)
    base::fail_data("gguf", "{}: expected a merge of two tokens with a space between, found '{}'",
                    metadata.origin(), shown(merge));
  return {merge.substr(0, space), merge.substr(space + 1)};
}

std::vector<std::pair<std::string, std::string>> read_merges(const GgufMetadata& metadata) {
  std::vector<std::pair<std::string, std::string>> merges;
  for (const auto& merge : metadata.texts("tokenizer.ggml.merges"))
    merges.push_back(split_merge(merge, metadata));
  return merges;
}

void read_special(text::TokenizerData& data, const GgufMetadata& metadata) {
  const auto& tokens = data.tokens;
  const auto* types = metadata.find_integers("tokenizer.ggml.token_type");
  if (types == nullptr) return;
  if (types->size() != tokens.size())
    base::fail_data("gguf", "{}: expected a type for each of {} tokens, found {} types", metadata.origin(),
                    tokens.size(), types->size());
  for (size_t id = 0; id < tokens.size(); ++id) {
    const int64_t type = (*types)[id];
    if ((type != kControl && type != kUserDefined) || tokens[id].empty()) continue;
    data.special.emplace_back(tokens[id], static_cast<text::TokenId>(id));
    if (type == kUserDefined) data.special_flags[static_cast<text::TokenId>(id)].control = false;
  }
}

std::optional<text::TokenId> read_id(const GgufMetadata& metadata, const char* key, size_t tokens) {
  const auto id = metadata.find_integer(key);
  if (!id) return std::nullopt;
  if (*id < 0 || *id >= static_cast<int64_t>(tokens))
    base::fail_data("gguf", "{}: {} is {}, outside the vocabulary of {} tokens", metadata.origin(), key, *id,
                    tokens);
  return static_cast<text::TokenId>(*id);
}

// The end of a turn comes before the end of a text: it is what ends a rationale.
void read_ends(text::TokenizerData& data, const GgufMetadata& metadata) {
  for (const char* key :
       {"tokenizer.ggml.eot_token_id", "tokenizer.ggml.eos_token_id", "tokenizer.ggml.eom_token_id"}) {
    const auto id = read_id(metadata, key, data.tokens.size());
    if (id && std::ranges::find(data.eos_ids, *id) == data.eos_ids.end()) data.eos_ids.push_back(*id);
  }
  if (!data.eos_ids.empty()) data.eos = data.eos_ids.front();
}

// Where the file does not say, llama.cpp goes by the family: of ours Llama 3 alone begins with a bos token.
void read_bos(text::TokenizerData& data, const GgufMetadata& metadata) {
  data.bos = read_id(metadata, "tokenizer.ggml.bos_token_id", data.tokens.size());
  const bool by_family = data.pre_tokenizer == text::PreTokenizer::kLlama3;
  const bool added = metadata.find_flag("tokenizer.ggml.add_bos_token").value_or(by_family);
  if (data.bos && added)
    data.post_processor = text::bos_post_processor(data.tokens[static_cast<size_t>(*data.bos)], *data.bos);
}

}  // namespace

text::TokenizerData gguf_tokenizer(const GgufFile& file, const std::string& origin) {
  const GgufMetadata metadata(file, origin);
  const auto& model = metadata.text("tokenizer.ggml.model");
  if (model != "gpt2")
    base::fail_data("gguf",
                    "{}: expected a byte-level BPE tokenizer ('gpt2'), found '{}', which is not supported",
                    origin, shown(model));
  text::TokenizerData data;
  data.pre_tokenizer = text::pre_tokenizer_from_gguf(metadata.text("tokenizer.ggml.pre"));
  data.normalize_nfc = data.pre_tokenizer == text::PreTokenizer::kQwen2;
  data.ignore_merges = data.pre_tokenizer == text::PreTokenizer::kLlama3;
  data.tokens = read_tokens(metadata);
  data.merges = read_merges(metadata);
  read_special(data, metadata);
  read_bos(data, metadata);
  read_ends(data, metadata);
  data.pad = read_id(metadata, "tokenizer.ggml.padding_token_id", data.tokens.size());
  data.chat_template = metadata.find_text("tokenizer.chat_template").value_or("");
  check_utf8(data.chat_template, metadata);
  return data;
}

}  // namespace r2rank::model
