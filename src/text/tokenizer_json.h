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

/// Sets pre_tokenizer and normalize_nfc from the "pre_tokenizer" and "normalizer" parts of a tokenizer.json
/// document. Errors: kData naming what is not supported.
void read_text_rules(const JsonPart& document, TokenizerData& data);
/// The same parts for writing.
nlohmann::ordered_json normalizer_json(const TokenizerData& data);
nlohmann::ordered_json pre_tokenizer_json(const TokenizerData& data);

/// Adds what tokenizer_config.json says: bos, eos, chat template.
void read_tokenizer_config(std::string_view bytes, const std::string& origin, TokenizerData& data);

/// Parses JSON text; errors become kData with the place.
nlohmann::json parse_json(std::string_view bytes, const std::string& origin);
/// The string behind a key; "" where the key is absent or null. Errors: kData when it is something else.
std::string optional_string(const JsonPart& object, const char* key);

}  // namespace r2rank::text
