#pragma once

#include "model/format/model_files.h"

namespace r2rank::model {

/// Opens a .gguf file (see open_model): configuration, tokenizer and tensors under Hugging Face names.
ModelFiles open_gguf_model(const base::Path& path);
/// The same from bytes in memory, which must outlive the result.
ModelFiles gguf_model(std::span<const std::byte> bytes, const std::string& origin);

}  // namespace r2rank::model
