#pragma once

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/merge_table.h"
#include "text/tokenizer.h"

namespace r2rank::text {

/// Byte-pair merges of single words. Immutable and thread-safe once made.
class Bpe {
 public:
  /// Errors: kData when a merge names a token that the vocabulary lacks, or a token stands there twice.
  explicit Bpe(const TokenizerData& data);
  Bpe(const Bpe&) = delete;
  Bpe& operator=(const Bpe&) = delete;

  /// Appends the tokens of one word (raw bytes). A byte that the vocabulary lacks is dropped, as in the
  /// reference.
  void encode_word(std::string_view word, std::vector<TokenId>& out) const;
  /// The bytes of a token; "" for ids outside the vocabulary.
  std::string_view bytes_of(TokenId id) const;

 private:
  using Vocabulary = std::unordered_map<std::string_view, TokenId>;

  void read_tokens(const TokenizerData& data);
  void read_merges(const TokenizerData& data);
  std::vector<TokenId> byte_tokens(std::string_view word) const;

  std::vector<std::string> bytes_;  // by id
  std::array<TokenId, 256> byte_token_;
  Vocabulary whole_words_;  // views of bytes_; only where merges are ignored for them
  MergeTable merges_;
};

/// Applies merges lowest rank first, leftmost among equals, until none is left: by scanning (few tokens) and
/// with a priority queue (many; O(n log n)). Both give the same tokens.
void merge_by_scanning(const MergeTable& merges, std::vector<TokenId>& tokens);
void merge_by_queue(const MergeTable& merges, std::vector<TokenId>& tokens);

}  // namespace r2rank::text
