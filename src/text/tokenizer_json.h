#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "text/tokenizer.h"

namespace r2rank::text {

/// A part of tokenizer.json and the name of the file for errors.
struct JsonPart {
  const nlohmann::json& value;
  const std::string& origin;
};

/// Sets pre_tokenizer, normalize_nfc and post_processor from the parts "pre_tokenizer", "normalizer" and
/// "post_processor" of a tokenizer.json document. Errors: kData naming what is not supported; a
/// post_processor, which is carried along unread, that is neither an object nor null.
void read_text_rules(const JsonPart& document, TokenizerData& data);
/// The same parts for writing.
nlohmann::ordered_json normalizer_json(const TokenizerData& data);
nlohmann::ordered_json pre_tokenizer_json(const TokenizerData& data);
nlohmann::ordered_json post_processor_json(const TokenizerData& data);
/// The text of a post_processor that puts one token in front of each text, as Llama 3's does with its bos.
std::string bos_post_processor(const std::string& token, TokenId id);

/// Adds what tokenizer_config.json says: bos, eos, pad, chat template.
void read_tokenizer_config(std::string_view bytes, const std::string& origin, TokenizerData& data);

/// The string behind a key; "" where the key is absent or null. Errors: kData when it is something else.
std::string optional_string(const JsonPart& object, const char* key);

}  // namespace r2rank::text
