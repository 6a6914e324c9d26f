#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "model/format/host_tensor.h"

namespace r2rank::model {

/// Parses a safetensors file (F32, F16, BF16 and I64 tensors; others are refused); tensors point into
/// `bytes`. Errors: kData for a malformed header, overlapping or out-of-range offsets, sizes that do not fit
/// the shape.
std::vector<StoredTensor> parse_safetensors(std::span<const std::byte> bytes, const std::string& origin);

/// Writes tensors (F32, F16 or BF16 only) as one safetensors file, atomically. `metadata` becomes
/// "__metadata__".
void write_safetensors(const base::Path& path, const std::vector<StoredTensor>& tensors,
                       const std::map<std::string, std::string>& metadata);

}  // namespace r2rank::model
