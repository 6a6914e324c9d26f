#include "text/tokenizer.h"

#include <algorithm>

#include "base/error.h"
#include "text/bpe.h"
#include "text/nfc.h"
#include "text/pre_tokenizer.h"
#include "text/special_tokens.h"
#include "text/utf8.h"

namespace r2rank::text {
namespace {

/// Ids index arrays, so a damaged file must not ask for a huge one.
TokenizerData checked(TokenizerData data) {
  for (const auto& [text, id] : data.special) {
    if (text.empty()) base::fail_data("tokenizer", "special token {} is empty; the file is damaged", id);
    if (id < 0 || static_cast<size_t>(id) > data.tokens.size() + data.special.size())
      base::fail_data(
          "tokenizer",
          "special token '{}' has the id {}, but the vocabulary has {} tokens; the file is damaged", text, id,
          data.tokens.size());
  }
  return data;
}

}  // namespace

std::vector<TokenId> end_ids(const TokenizerData& data) {
  if (!data.eos_ids.empty() || !data.eos) return data.eos_ids;
  return {*data.eos};
}

struct Tokenizer::Impl {
  explicit Impl(TokenizerData source)
      : data(checked(std::move(source))),
        bpe(data),
        splitter(data.pre_tokenizer),
        raw_special(data, false),
        normalized_special(data, true),
        size(static_cast<int64_t>(data.tokens.size())) {
    for (const auto& [text, id] : data.special) {
      special.emplace(text, id);
      special_text.emplace(id, text);
      size = std::max(size, int64_t{id} + 1);
    }
  }

  void encode_plain(std::string_view text, std::vector<TokenId>& ids) const {
    std::vector<std::string_view> words;
    splitter.split(text, words);
    for (const std::string_view word : words) bpe.encode_word(word, ids);
  }

  void encode_normalized(std::string_view text, bool allow_special, std::vector<TokenId>& ids) const {
    if (!allow_special || normalized_special.empty()) return encode_plain(text, ids);
    for (const auto& piece : normalized_special.split(text)) {
      if (piece.token >= 0)
        ids.push_back(piece.token);
      else
        encode_plain(piece.text, ids);
    }
  }

  void encode_raw(std::string_view text, bool allow_special, std::vector<TokenId>& ids) const {
    if (data.normalize_nfc)
      encode_normalized(to_nfc(text), allow_special, ids);
    else
      encode_normalized(text, allow_special, ids);
  }

  TokenizerData data;
  Bpe bpe;
  WordSplitter splitter;
  SpecialMatcher raw_special, normalized_special;
  std::map<std::string, TokenId, std::less<>> special;
  std::map<TokenId, std::string_view> special_text;
  int64_t size;
};

Tokenizer::Tokenizer(TokenizerData data) : impl_(std::make_unique<Impl>(std::move(data))) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

std::vector<TokenId> Tokenizer::encode(std::string_view text, bool allow_special) const {
  std::vector<TokenId> ids;
  if (!is_utf8(text)) return encode(repaired_utf8(text), allow_special);
  if (!allow_special) {
    impl_->encode_raw(text, false, ids);
    return ids;
  }
  for (const auto& piece : impl_->raw_special.split(text)) {
    if (piece.token >= 0)
      ids.push_back(piece.token);
    else
      impl_->encode_raw(piece.text, true, ids);
  }
  return ids;
}

std::string Tokenizer::decode(std::span<const TokenId> ids) const {
  std::string text;
  for (const TokenId id : ids) {
    const auto special = impl_->special_text.find(id);
    text += special != impl_->special_text.end() ? special->second : impl_->bpe.bytes_of(id);
  }
  return text;
}

TokenId Tokenizer::special(std::string_view token) const {
  const auto found = impl_->special.find(token);
  if (found == impl_->special.end())
    base::fail_data(
        "tokenizer",
        "expected the special token '{}' in the vocabulary, found none; is this model instruction-tuned?",
        token);
  return found->second;
}

int64_t Tokenizer::vocabulary_size() const {
  return impl_->size;
}
const TokenizerData& Tokenizer::data() const {
  return impl_->data;
}

}  // namespace r2rank::text
