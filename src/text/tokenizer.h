#pragma once

#include <cstdint>
#include <map>
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

/// The pre-tokenizer behind GGUF's tokenizer.ggml.pre ("smollm", "llama-bpe", "qwen2"); with llama-bpe go
/// ignore_merges, with qwen2 normalize_nfc. Errors: kData naming the known ones.
PreTokenizer pre_tokenizer_from_gguf(std::string_view name);

/// How a special token is found in text, where it differs from a plain literal match (tokenizer.json's
/// "added_tokens").
struct SpecialFlags {
  bool left_strip = false;   ///< swallows white space before it
  bool right_strip = false;  ///< swallows white space after it
  bool single_word = false;  ///< not matched inside a word
  bool normalized = false;   ///< looked for after normalisation, between those that are not
  bool control = true;       ///< "special" in tokenizer.json: left out where output is shown

  bool operator==(const SpecialFlags&) const = default;
};

/// Everything a byte-level BPE tokenizer is made of, however it was stored (tokenizer.json, GGUF metadata).
struct TokenizerData {
  PreTokenizer pre_tokenizer = PreTokenizer::kSmolLm;
  std::vector<std::string> tokens;                          ///< by id, in the byte-level alphabet
  std::vector<std::pair<std::string, std::string>> merges;  ///< in order of rank
  std::vector<std::pair<std::string, TokenId>> special;     ///< matched literally before anything else
  std::map<TokenId, SpecialFlags> special_flags;  ///< of those special tokens whose flags are not the default
  bool normalize_nfc = false;                     ///< Qwen normalises to NFC first
  bool ignore_merges = false;                     ///< Llama 3: a whole word in the vocabulary is one token
  std::optional<TokenId> bos, eos;                ///< eos ends a turn
  std::optional<TokenId> pad;                     ///< fills up the shorter texts of a batch
  /// Every id that ends a generation, where a file lists them (Llama 3 Instruct has three); see end_ids.
  std::vector<TokenId> eos_ids;
  /// tokenizer.json's JSON object, kept but for the order of its keys ("" if none): what the reference puts
  /// around a whole text, as Llama 3's <|begin_of_text|>. `encode` adds nothing: a prompt has its own frame.
  std::string post_processor;
  std::string chat_template;  ///< the model's own Jinja text, kept as it came ("" if none)
};

/// The ids that end a generation: eos_ids, or eos alone where no file lists any.
std::vector<TokenId> end_ids(const TokenizerData& data);

/// Byte-level BPE. Immutable and thread-safe once made.
class Tokenizer {
 public:
  /// Errors: kData when a merge names a token that the vocabulary lacks, or a token stands there twice.
  explicit Tokenizer(TokenizerData data);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  /// Token ids of UTF-8 text; each ill-formed part is read as U+FFFD, as the reference's callers do.
  /// With `allow_special`, literal special tokens in the text become their ids; without, they are plain text
  /// (user-supplied titles must never smuggle in control tokens).
  std::vector<TokenId> encode(std::string_view text, bool allow_special) const;
  /// Bytes; may cut a UTF-8 character at either end. Ids outside the vocabulary (padding rows of a model)
  /// give nothing.
  std::string decode(std::span<const TokenId> ids) const;
  TokenId special(std::string_view token) const;  ///< Errors: kData when the vocabulary lacks it
  int64_t vocabulary_size() const;
  const TokenizerData& data() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads a Hugging Face tokenizer.json (with tokenizer_config.json beside it, where present, for bos, eos,
/// pad and chat template). Errors: kData naming what is malformed or unsupported (a model other than
/// byte-level BPE, an unknown pre-tokenizer).
TokenizerData load_tokenizer_json(const base::Path& path);
/// The same from bytes in memory; `origin` names them in errors.
TokenizerData parse_tokenizer_json(std::string_view bytes, const std::string& origin);
/// Writes tokenizer.json and tokenizer_config.json that `transformers` and load_tokenizer_json read back to
/// the same ids. Of eos_ids they hold only eos: the list stands in config.json and generation_config.json.
void save_tokenizer_json(const TokenizerData& data, const base::Path& folder);

}  // namespace r2rank::text
