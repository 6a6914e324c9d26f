#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "model/format/host_tensor.h"

namespace r2rank::model {

/// A metadata value of a GGUF file; arrays of numbers and of strings are kept, nested arrays are not allowed.
using GgufValue = std::variant<uint64_t, int64_t, double, bool, std::string, std::vector<double>,
                               std::vector<int64_t>, std::vector<std::string>>;

/// A parsed GGUF header (versions 2 and 3, little endian).
struct GgufFile {
  std::map<std::string, GgufValue> metadata;
  std::vector<StoredTensor> tensors;  ///< GGUF names; shapes reversed to outermost first
};

/// Parses the bytes of a GGUF file; the result's tensors point into `bytes`.
/// Errors: kData for anything malformed, truncated, overlapping the end, absurdly large or of an unsupported
/// tensor type.
GgufFile parse_gguf(std::span<const std::byte> bytes, const std::string& origin);

}  // namespace r2rank::model
