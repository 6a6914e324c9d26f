#pragma once

#include <vector>

#include "model/format/model_files.h"

namespace r2rank::model {

/// Writes a Hugging Face folder that `transformers` and open_model read: config.json, generation_config.json,
/// model.safetensors, tokenizer.json, tokenizer_config.json. `tensors` are those of expected_tensors(config),
/// in any order, as F32, F16 or BF16. The folder appears whole or not at all; an existing one is replaced
/// only with `overwrite`. Errors: kUsage when it exists, kIo, kData when the tensors do not fit the
/// configuration.
void save_model_folder(const ModelConfig& config, const text::TokenizerData& tokenizer,
                       const std::vector<StoredTensor>& tensors, const base::Path& folder, bool overwrite);

/// The same into an existing folder, for a caller who makes it appear whole.
void write_model_files(const ModelConfig& config, const text::TokenizerData& tokenizer,
                       const std::vector<StoredTensor>& tensors, const base::Path& folder);

}  // namespace r2rank::model
