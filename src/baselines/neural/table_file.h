#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

#include "base/files.h"

namespace r2rank::baselines {

/// Named tensors of one baseline.
using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// Writes the tensors in f32 as a safetensors file, each called "METHOD.NAME". Errors: kIo.
void save_tensors(const base::Path& path, const std::string& method, const NamedTensors& tensors);
/// Fills the tensors from such a file. Errors: kIo; kData where one is missing (another method, say), has
/// another shape (other settings, another data set) or holds something that is no number; then none was
/// changed.
void load_tensors(const base::Path& path, const std::string& method, const NamedTensors& tensors);

}  // namespace r2rank::baselines
