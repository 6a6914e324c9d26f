#include "baselines/neural/table_file.h"

#include <ATen/ATen.h>

#include <map>

#include "base/error.h"
#include "model/format/safetensors.h"

namespace r2rank::baselines {
namespace {

using StoredByName = std::map<std::string, model::StoredTensor>;

at::Tensor read_tensor(const StoredByName& stored, const std::string& name, at::IntArrayRef shape,
                       const std::string& path) {
  const auto found = stored.find(name);
  if (found == stored.end() || found->second.shape != shape.vec()) {
    base::fail_data(
        "baseline",
        "expected {} of shape {} in {}, found {}; it is damaged or of another method, data set or settings",
        name, model::shape_text(shape.vec()), path,
        found == stored.end() ? "none" : "shape " + model::shape_text(found->second.shape));
  }
  at::Tensor value = at::empty(shape, at::kFloat);  // [shape]
  model::decode_f32(found->second, {value.data_ptr<float>(), static_cast<size_t>(value.numel())});
  if (!value.isfinite().all().item<bool>()) {
    base::fail_data("baseline", "expected finite numbers in {} of {}; it is damaged: train it again", name,
                    path);
  }
  return value;
}

}  // namespace

void save_tensors(const base::Path& path, const std::string& method, const NamedTensors& tensors) {
  std::vector<at::Tensor> alive;
  std::vector<model::StoredTensor> entries;
  for (const auto& [name, tensor] : tensors) {
    alive.push_back(tensor.detach().to(at::kFloat).cpu().contiguous());
    model::StoredTensor entry{method + "." + name, tensor.sizes().vec(), model::StoredType::kF32, {}};
    entry.bytes = {static_cast<const std::byte*>(alive.back().const_data_ptr()), alive.back().nbytes()};
    entries.push_back(std::move(entry));
  }
  model::write_safetensors(path, entries, {{"format", "r2rank baseline 1"}, {"method", method}});
}

void load_tensors(const base::Path& path, const std::string& method, const NamedTensors& tensors) {
  const base::MappedFile file(path);
  StoredByName stored;
  for (auto& tensor : model::parse_safetensors(file.bytes(), path.string())) stored[tensor.name] = tensor;
  std::vector<at::Tensor> values;
  for (const auto& [name, tensor] : tensors) {
    values.push_back(read_tensor(stored, method + "." + name, tensor.sizes(), path.string()));
  }
  for (size_t i = 0; i < tensors.size(); ++i) tensors[i].second.detach().copy_(values[i]);
}

}  // namespace r2rank::baselines
