#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"

namespace r2rank::text {

using TokenId = int32_t;

/// How text is cut into words before byte-pair merges; each family's own rule.
enum class PreTokenizer { kSmolLm, kLlama3, kQwen2 };

/// Everything a byte-level BPE tokenizer is made of, however it was stored (tokenizer.json, GGUF metadata).
struct TokenizerData {
  PreTokenizer pre_tokenizer = PreTokenizer::kSmolLm;
  std::vector<std::string> tokens;                            ///< by id, in the byte-level alphabet
  std::vector<std::pair<std::string, std::string>> merges;    ///< in order of rank
  std::vector<std::pair<std::string, TokenId>> special;       ///< matched literally before anything else
  bool normalize_nfc = false;                                 ///< Qwen normalises to NFC first
  bool ignore_merges = false;                                 ///< Llama 3: a whole word in the vocabulary is one token
  std::optional<TokenId> bos, eos;                            ///< eos ends a turn
  std::string chat_template;                                  ///< the model's own Jinja text, kept as it came ("" if none)
};

/// Byte-level BPE. Immutable and thread-safe once made.
class Tokenizer {
 public:
  explicit Tokenizer(TokenizerData data);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;

  /// Token ids of UTF-8 text; invalid UTF-8 bytes are encoded byte by byte after replacement as the reference does.
  /// With `allow_special`, literal special tokens in the text become their ids; without, they are plain text
  /// (user-supplied titles must never smuggle in control tokens).
  std::vector<TokenId> encode(std::string_view text, bool allow_special) const;
  std::string decode(std::span<const TokenId> ids) const;   ///< bytes; may cut a UTF-8 character at either end
  TokenId special(std::string_view token) const;            ///< Errors: kData when the vocabulary lacks it
  int64_t vocabulary_size() const;
  const TokenizerData& data() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads a Hugging Face tokenizer.json (with tokenizer_config.json beside it, where present, for eos and chat template).
/// Errors: kData naming what is malformed or unsupported (a model other than byte-level BPE, an unknown pre-tokenizer).
TokenizerData load_tokenizer_json(const base::Path& path);
/// The same from bytes in memory; `origin` names them in errors.
TokenizerData parse_tokenizer_json(std::string_view bytes, const std::string& origin);
/// Writes tokenizer.json and tokenizer_config.json that `transformers` and load_tokenizer_json read back to the same ids.
void save_tokenizer_json(const TokenizerData& data, const base::Path& folder);

}  // namespace r2rank::text
