#include "model/format/model_writer.h"

#include "base/error.h"
#include "base/interrupt.h"
#include "model/format/generation_config.h"
#include "model/format/hf_config.h"
#include "model/format/safetensors.h"
#include "model/format/vocabulary.h"
#include "model/format/weight_layout.h"

namespace r2rank::model {
namespace {

std::string_view dtype_name(StoredType type) {
  switch (type) {
    case StoredType::kF32:
      return "float32";
    case StoredType::kF16:
      return "float16";
    case StoredType::kBF16:
      return "bfloat16";
    default:
      break;
  }
  base::fail_data("model", "expected weights as F32, F16 or BF16, found {}; decode them before saving",
                  stored_type_name(type));
}

// The embeddings' type stands for the model's; norms may be stored more precisely.
std::string_view model_dtype(const std::map<std::string, StoredTensor>& tensors) {
  for (const auto& [name, tensor] : tensors) dtype_name(tensor.type);
  return dtype_name(tensors.at("model.embed_tokens.weight").type);
}

std::map<std::string, StoredTensor> by_name(const std::vector<StoredTensor>& tensors) {
  std::map<std::string, StoredTensor> named;
  for (const auto& tensor : tensors)
    if (!named.emplace(tensor.name, tensor).second)
      base::fail_data("model", "the weight '{}' is given twice", tensor.name);
  return named;
}

}  // namespace

void write_model_files(const ModelConfig& config, const text::TokenizerData& tokenizer,
                       const std::vector<StoredTensor>& tensors, const base::Path& folder) {
  config.check(folder.string());
  check_vocabulary(config, tokenizer, folder.string());
  const auto named = by_name(tensors);
  check_weights(config, named, folder.string());
  const auto dtype = model_dtype(named);
  base::write_file(folder / "config.json", hf_config_json(config, dtype, tokenizer));
  base::write_file(folder / "generation_config.json", generation_config_json(tokenizer));
  write_safetensors(folder / "model.safetensors", tensors, {{"format", "pt"}});
  text::save_tokenizer_json(tokenizer, folder);
}

void save_model_folder(const ModelConfig& config, const text::TokenizerData& tokenizer,
                       const std::vector<StoredTensor>& tensors, const base::Path& folder, bool overwrite) {
  base::AtomicFolder target(folder, overwrite);
  write_model_files(config, tokenizer, tensors, target.path());
  base::stop_if_interrupted("model import");
  target.commit();
}

}  // namespace r2rank::model
