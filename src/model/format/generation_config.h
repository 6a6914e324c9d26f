#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "text/tokenizer.h"

namespace r2rank::model {

/// Takes eos_token_id (one id or a list) and pad_token_id from the text of a generation_config.json or
/// config.json where `tokenizer` has no eos_ids or no pad yet: what is read first wins, and of these two
/// files that is generation_config.json. A negative id stands for none. Errors: kData for malformed JSON and
/// for anything that is no token id.
void read_generation_ids(std::string_view json, const std::string& origin, text::TokenizerData& tokenizer);

/// Adds bos_token_id, eos_token_id and pad_token_id, null where there is none: `transformers` would put in
/// defaults of its own for those that are left out.
void write_generation_ids(nlohmann::ordered_json& json, const text::TokenizerData& tokenizer);

/// The text of a generation_config.json.
std::string generation_config_json(const text::TokenizerData& tokenizer);

}  // namespace r2rank::model
