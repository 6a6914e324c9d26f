#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "model/format/model_config.h"

namespace r2rank::model {

/// Element types of weight files. Block types (kQ...) hold 32 or 256 elements a block (the GGUF layouts).
/// kI64 is for counters beside weights; decode_f32 refuses it.
enum class StoredType { kF32, kF16, kBF16, kQ8_0, kQ4_0, kQ4_1, kQ4_K, kQ6_K, kI64 };
std::string_view stored_type_name(StoredType type);
/// Elements in one block: 32 or 256 for the block types, 1 for the others.
int64_t block_length(StoredType type);
/// Bytes that `elements` of this type take. REQUIRES: elements is a multiple of the block length.
size_t stored_bytes(StoredType type, int64_t elements);
/// Bytes of a tensor of this shape, or nothing when a size is negative, the product overflows or a row is no
/// whole number of blocks.
std::optional<size_t> checked_bytes(StoredType type, const std::vector<int64_t>& shape);
/// "[2, 3]"; for messages.
std::string shape_text(const std::vector<int64_t>& shape);

/// One named tensor as it lies in a file: row-major shape, bytes still encoded, pointing into the mapped
/// file.
struct StoredTensor {
  std::string name;
  std::vector<int64_t> shape;  ///< outermost first, as PyTorch writes it
  StoredType type = StoredType::kF32;
  std::span<const std::byte> bytes;

  int64_t elements() const;
};

/// Decodes any stored type but kI64 to f32, bit for bit as the reference `gguf` package. `out` has elements()
/// floats. Errors: kData for kI64.
void decode_f32(const StoredTensor& tensor, std::span<float> out);

}  // namespace r2rank::model
