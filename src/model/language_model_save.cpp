#include <ATen/ATen.h>

#include "model/format/model_writer.h"
#include "model/language_model.h"

namespace r2rank::model {

void save_language_model(const LanguageModel& model, const base::Path& folder, bool f32, bool overwrite) {
  auto weights = model.merged_weights();
  std::vector<StoredTensor> stored;
  for (auto& [name, value] : weights) {
    if (!f32) value = value.to(at::kBFloat16);
    StoredTensor tensor{name, value.sizes().vec(), f32 ? StoredType::kF32 : StoredType::kBF16, {}};
    tensor.bytes = {static_cast<const std::byte*>(value.const_data_ptr()), value.nbytes()};
    stored.push_back(std::move(tensor));
  }
  save_model_folder(model.config(), model.tokenizer, stored, folder, overwrite);
}

}  // namespace r2rank::model
