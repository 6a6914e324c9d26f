#include "text/bpe.h"

#include <algorithm>

#include "base/error.h"
#include "text/byte_level.h"

namespace r2rank::text {
namespace {

constexpr size_t kScanAtMost = 64;  // tokens; beyond, the quadratic scan loses to the queue

using IdOf = std::unordered_map<std::string_view, TokenId>;

IdOf index_tokens(const std::vector<std::string>& tokens) {
  IdOf ids;
  ids.reserve(tokens.size());
  for (size_t id = 0; id < tokens.size(); ++id) {
    if (tokens[id].empty()) continue;  // a hole in the numbering
    const auto [first, fresh] = ids.emplace(tokens[id], static_cast<TokenId>(id));
    if (!fresh)
      base::fail_data("tokenizer",
                      "expected every token once, found '{}' as {} and {}; the vocabulary is damaged",
                      tokens[id], first->second, id);
  }
  return ids;
}

TokenId id_of(const IdOf& ids, const std::string& token, size_t rank) {
  const auto found = ids.find(token);
  if (found == ids.end())
    base::fail_data("tokenizer",
                    "merge {} needs the token '{}', which the vocabulary lacks; the file is damaged", rank,
                    token);
  return found->second;
}

}  // namespace

Bpe::Bpe(const TokenizerData& data) : merges_(data.merges.size()) {
  byte_token_.fill(-1);
  read_tokens(data);
  read_merges(data);
}

void Bpe::read_tokens(const TokenizerData& data) {
  std::vector<bool> special(data.tokens.size());
  for (const auto& [text, id] : data.special)
    if (static_cast<size_t>(id) < special.size()) special[id] = true;
  bytes_.resize(data.tokens.size());
  for (size_t id = 0; id < bytes_.size(); ++id)
    bytes_[id] = from_byte_alphabet(data.tokens[id]).value_or(data.tokens[id]);
  for (size_t id = 0; id < bytes_.size(); ++id) {
    if (special[id] || !from_byte_alphabet(data.tokens[id]))
      continue;  // plain text never becomes a special token
    if (bytes_[id].size() == 1) byte_token_[static_cast<uint8_t>(bytes_[id][0])] = static_cast<TokenId>(id);
    if (data.ignore_merges) whole_words_.emplace(bytes_[id], static_cast<TokenId>(id));
  }
}

void Bpe::read_merges(const TokenizerData& data) {
  const IdOf ids = index_tokens(data.tokens);
  for (size_t rank = 0; rank < data.merges.size(); ++rank) {
    const auto& [left, right] = data.merges[rank];
    const Merge merge{static_cast<int32_t>(rank), id_of(ids, left + right, rank)};
    merges_.set(id_of(ids, left, rank), id_of(ids, right, rank), merge);
  }
}

std::vector<TokenId> Bpe::byte_tokens(std::string_view word) const {
  std::vector<TokenId> tokens;
  tokens.reserve(word.size());
  for (const char byte : word) {
    const TokenId id = byte_token_[static_cast<uint8_t>(byte)];
    if (id >= 0) tokens.push_back(id);
  }
  return tokens;
}

void Bpe::encode_word(std::string_view word, std::vector<TokenId>& out) const {
  if (const auto whole = whole_words_.find(word); whole != whole_words_.end()) {
    out.push_back(whole->second);
    return;
  }
  std::vector<TokenId> tokens = byte_tokens(word);
  tokens.size() <= kScanAtMost ? merge_by_scanning(merges_, tokens) : merge_by_queue(merges_, tokens);
  out.insert(out.end(), tokens.begin(), tokens.end());
}

std::string_view Bpe::bytes_of(TokenId id) const {
  return id >= 0 && static_cast<size_t>(id) < bytes_.size() ? std::string_view(bytes_[id])
                                                            : std::string_view();
}

}  // namespace r2rank::text
