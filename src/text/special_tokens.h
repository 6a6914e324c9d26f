#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "text/tokenizer.h"

namespace r2rank::text {

/// Finds special tokens in text: the leftmost, and the longest among those that start there. Immutable and
/// thread-safe.
class SpecialMatcher {
 public:
  struct Piece {
    std::string_view text;
    TokenId token = -1;  ///< < 0: plain text between special tokens
  };

  /// Looks for the special tokens whose flag `normalized` has this value.
  SpecialMatcher(const TokenizerData& data, bool normalized);

  /// The text cut into special tokens and what is between. REQUIRES: well-formed UTF-8.
  std::vector<Piece> split(std::string_view text) const;
  bool empty() const { return !any_; }

 private:
  struct Entry {
    std::string content;
    TokenId id;
    SpecialFlags flags;
  };
  const Entry* match_at(std::string_view text, size_t at) const;

  std::array<std::vector<Entry>, 256> by_first_byte_;  // longest first
  bool any_ = false;
};

}  // namespace r2rank::text
