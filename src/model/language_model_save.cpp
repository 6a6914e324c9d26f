#include <ATen/ATen.h>

#include <charconv>
#include <string_view>

#include "base/error.h"
#include "model/format/model_writer.h"
#include "model/language_model.h"

namespace r2rank::model {

namespace {

/// The layer that a weight belongs to by its Hugging Face name; -1 for none.
int64_t layer_of(std::string_view name) {
  constexpr std::string_view kLayers = "model.layers.";
  if (!name.starts_with(kLayers)) return -1;
  int64_t layer = -1;
  std::from_chars(name.data() + kLayers.size(), name.data() + name.size(), layer);
  return layer;
}

}  // namespace

void save_language_model(const LanguageModel& model, const base::Path& folder, bool f32, bool overwrite,
                         int64_t layers) {
  ModelConfig config = model.config();
  if (layers > config.layers)
    base::fail_usage("model", "expected at most the {} layers that the model has, found {}", config.layers,
                     layers);
  if (layers > 0) config.layers = layers;
  auto weights = model.merged_weights();
  std::vector<StoredTensor> stored;
  for (auto& [name, value] : weights) {
    if (layer_of(name) >= config.layers) continue;
    if (!f32) value = value.to(at::kBFloat16);
    StoredTensor tensor{name, value.sizes().vec(), f32 ? StoredType::kF32 : StoredType::kBF16, {}};
    tensor.bytes = {static_cast<const std::byte*>(value.const_data_ptr()), value.nbytes()};
    stored.push_back(std::move(tensor));
  }
  save_model_folder(config, model.tokenizer, stored, folder, overwrite);
}

}  // namespace r2rank::model
