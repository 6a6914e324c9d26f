#pragma once

#include <string>

#include "model/format/gguf.h"
#include "model/format/model_config.h"

namespace r2rank::model {

/// The hyper-parameters of a GGUF language model of the architecture llama, qwen2 or qwen3, checked.
/// Errors: kData for another architecture, missing or impossible values, and features that are not supported
/// (experts, sliding windows, rope scaling other than Llama 3.1's).
ModelConfig gguf_config(const GgufFile& file, const std::string& origin);

}  // namespace r2rank::model
