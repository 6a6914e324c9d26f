#pragma once

#include <string>
#include <string_view>

#include "model/format/model_config.h"
#include "text/tokenizer.h"

namespace r2rank::model {

/// The hyper-parameters in a Hugging Face config.json of the model_type llama, qwen2 or qwen3, checked.
/// Values that may be left out have the defaults of `transformers`. Errors: kData for malformed JSON, missing
/// or impossible values, and features that are not supported (biases of Llama, sliding windows, quantised
/// weights, rope scaling other than llama3).
ModelConfig parse_hf_config(std::string_view json, const std::string& origin);

/// The text of a config.json that `transformers` (4 and 5) and parse_hf_config read back. `dtype` is
/// "float32", "float16" or "bfloat16"; of `tokenizer` come the ids of generation_config.h.
std::string hf_config_json(const ModelConfig& config, std::string_view dtype,
                           const text::TokenizerData& tokenizer);

}  // namespace r2rank::model
