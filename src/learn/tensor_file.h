#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <vector>

#include "base/files.h"
#include "model/format/safetensors.h"

namespace r2rank::learn {

/// Tensors on their way into a safetensors file, whose entries only point at bytes: this keeps them alive.
class TensorEntries {
 public:
  /// Adds `value` in f32; it must stay unchanged until the file is written.
  void add(const std::string& name, const at::Tensor& value);
  const std::vector<model::StoredTensor>& all() const { return entries_; }

 private:
  std::vector<at::Tensor> alive_;
  std::vector<model::StoredTensor> entries_;
};

/// A safetensors file that is read by name.
class TensorFile {
 public:
  /// Errors: kIo; kData where it is no whole safetensors file.
  explicit TensorFile(const base::Path& path);
  TensorFile(const TensorFile&) = delete;
  TensorFile& operator=(const TensorFile&) = delete;

  /// A copy, [shape] f32 on the CPU. Errors: kData where the tensor is absent, has another shape or holds
  /// whole numbers.
  at::Tensor read(const std::string& name, at::IntArrayRef shape) const;

 private:
  std::string path_;
  base::MappedFile file_;
  std::map<std::string, model::StoredTensor> tensors_;
};

}  // namespace r2rank::learn
