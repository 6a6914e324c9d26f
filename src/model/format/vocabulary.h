#pragma once

#include <string>

#include "model/format/model_config.h"
#include "text/tokenizer.h"

namespace r2rank::model {

/// Checks that the model embeds every token id of the tokenizer, those that end a generation or pad a text
/// included (it may embed more: padding rows). Errors: kData.
void check_vocabulary(const ModelConfig& config, const text::TokenizerData& tokenizer,
                      const std::string& origin);

}  // namespace r2rank::model
