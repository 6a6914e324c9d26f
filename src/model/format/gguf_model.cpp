#include "model/format/gguf_model.h"

#include "base/error.h"
#include "model/format/gguf.h"
#include "model/format/gguf_config.h"
#include "model/format/gguf_tokenizer.h"
#include "model/format/shown.h"
#include "model/format/vocabulary.h"
#include "model/format/weight_layout.h"

namespace r2rank::model {
namespace {

// Already turned into the configuration's rope scaling.
bool is_consumed(const std::string& gguf_name) {
  return gguf_name == "rope_freqs.weight";
}

bool is_permuted(const std::string& name) {
  return name.ends_with(".self_attn.q_proj.weight") || name.ends_with(".self_attn.k_proj.weight");
}

void take_tensor(ModelFiles& files, StoredTensor tensor) {
  if (is_consumed(tensor.name)) return;
  auto name = hugging_face_name(tensor.name);
  if (!name)
    base::fail_data("gguf",
                    "{}: tensor '{}' belongs to no {} model that is supported, so results would be wrong",
                    files.origin, shown(tensor.name), files.config.family);
  tensor.name = *name;
  files.tensors.emplace(std::move(*name), std::move(tensor));
}

void list_permuted(ModelFiles& files) {
  if (files.config.family != "llama") return;
  for (const auto& [name, tensor] : files.tensors)
    if (is_permuted(name)) files.permuted.push_back(name);
}

}  // namespace

ModelFiles gguf_model(std::span<const std::byte> bytes, const std::string& origin) {
  GgufFile file = parse_gguf(bytes, origin);
  ModelFiles files;
  files.origin = origin;
  files.config = gguf_config(file, origin);
  files.tokenizer = gguf_tokenizer(file, origin);
  check_vocabulary(files.config, files.tokenizer, files.origin);
  for (auto& tensor : file.tensors) take_tensor(files, std::move(tensor));
  check_weights(files.config, files.tensors, origin);
  list_permuted(files);
  return files;
}

ModelFiles open_gguf_model(const base::Path& path) {
  auto mapping = std::make_shared<base::MappedFile>(path);
  ModelFiles files = gguf_model(mapping->bytes(), path.string());
  files.mappings.push_back(std::move(mapping));
  return files;
}

}  // namespace r2rank::model
