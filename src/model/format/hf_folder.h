#pragma once

#include <map>
#include <string>
#include <string_view>

#include "model/format/model_files.h"

namespace r2rank::model {

/// Opens a Hugging Face folder (see open_model).
ModelFiles open_hf_folder(const base::Path& folder);

/// The file name of each tensor in a model.safetensors.index.json. Errors: kData for malformed JSON and for
/// names that are no plain file name ending in .safetensors (nothing outside the folder may be named).
std::map<std::string, std::string> parse_shard_index(std::string_view json, const std::string& origin);

}  // namespace r2rank::model
