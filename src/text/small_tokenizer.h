#pragma once

#include <string>
#include <utility>
#include <vector>

#include "text/byte_level.h"
#include "text/tokenizer.h"

namespace r2rank::text {

/// For tests only: the 256 bytes under their own values as ids, what the merges make, and the special tokens
/// of ChatML.
inline TokenizerData small_tokenizer(std::vector<std::pair<std::string, std::string>> merges) {
  TokenizerData data;
  for (int byte = 0; byte < 256; ++byte)
    data.tokens.push_back(to_byte_alphabet(std::string(1, static_cast<char>(byte))));
  for (const auto& [left, right] : merges) data.tokens.push_back(left + right);
  data.merges = std::move(merges);
  for (const char* special : {"<|im_start|>", "<|im_end|>"}) {
    data.special.emplace_back(special, static_cast<TokenId>(data.tokens.size()));
    data.tokens.emplace_back(special);
  }
  return data;
}

/// The same with merges that make " yes" and " no" single tokens, as in every real family.
inline TokenizerData small_chat_tokenizer() {
  return small_tokenizer({{"\u0120", "y"}, {"e", "s"}, {"\u0120y", "es"}, {"\u0120", "n"}, {"\u0120n", "o"}});
}

}  // namespace r2rank::text
