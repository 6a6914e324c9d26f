#include "learn/tensor_file.h"

#include <ATen/ATen.h>

#include "base/error.h"

namespace r2rank::learn {

void TensorEntries::add(const std::string& name, const at::Tensor& value) {
  alive_.push_back(value.detach().to(at::kFloat).cpu().contiguous());
  const at::Tensor& kept = alive_.back();
  model::StoredTensor entry{name, kept.sizes().vec(), model::StoredType::kF32, {}};
  entry.bytes = {static_cast<const std::byte*>(kept.const_data_ptr()), kept.nbytes()};
  entries_.push_back(std::move(entry));
}

TensorFile::TensorFile(const base::Path& path) : path_(path.string()), file_(path) {
  for (auto& tensor : model::parse_safetensors(file_.bytes(), path_)) tensors_[tensor.name] = tensor;
}

at::Tensor TensorFile::read(const std::string& name, at::IntArrayRef shape) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end() || found->second.shape != shape.vec())
    base::fail_data("model", "expected {} of shape {} in {}, found {}; it is damaged or of another model",
                    name, model::shape_text(shape.vec()), path_,
                    found == tensors_.end() ? "none" : "shape " + model::shape_text(found->second.shape));
  at::Tensor value = at::empty(shape, at::kFloat);  // [shape]
  model::decode_f32(found->second, {value.data_ptr<float>(), static_cast<size_t>(value.numel())});
  return value;
}

}  // namespace r2rank::learn
