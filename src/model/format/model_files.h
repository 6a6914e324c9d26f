#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/format/host_tensor.h"
#include "text/tokenizer.h"

namespace r2rank::model {

/// A model on disk, opened: configuration, tokenizer and weights under Hugging Face names
/// ("model.layers.0.self_attn.q_proj.weight"), whatever the file format. Tensors point into mapped files that
/// this object keeps alive.
class ModelFiles {
 public:
  ModelConfig config;
  text::TokenizerData tokenizer;
  std::string origin;                           ///< path it was opened from
  std::map<std::string, StoredTensor> tensors;  ///< by Hugging Face name
  /// q_proj and k_proj rows of a GGUF of the Llama family are stored permuted for interleaved rotary pairs;
  /// those tensors' names are here and load_f32 undoes it.
  std::vector<std::string> permuted;

  /// One tensor as f32 in Hugging Face layout. Errors: kData when it is missing or its shape differs from
  /// `shape`.
  std::vector<float> load_f32(const std::string& name, const std::vector<int64_t>& shape) const;

  std::vector<std::shared_ptr<base::MappedFile>> mappings;
};

/// Opens a .gguf file or a Hugging Face folder (config.json, tokenizer.json, *.safetensors, sharded or not;
/// where present also tokenizer_config.json and generation_config.json), by what is there. Checks that every
/// tensor the family needs exists with the right shape. Errors: kData, kIo; never reads out of bounds.
ModelFiles open_model(const base::Path& path);

/// The names and shapes of every weight of a model of this configuration, in a fixed order.
std::vector<std::pair<std::string, std::vector<int64_t>>> expected_tensors(const ModelConfig& config);

}  // namespace r2rank::model
