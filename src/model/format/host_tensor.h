#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"

namespace r2rank::model {

/// Element types of weight files. Block types (kQ...) hold 32 or 256 elements a block (the GGUF layouts).
enum class StoredType { kF32, kF16, kBF16, kQ8_0, kQ4_0, kQ4_1, kQ4_K, kQ6_K };
std::string_view stored_type_name(StoredType type);
/// Bytes that `elements` of this type take. REQUIRES: elements is a multiple of the block length.
size_t stored_bytes(StoredType type, int64_t elements);

/// One named tensor as it lies in a file: row-major shape, bytes still encoded, pointing into the mapped file.
struct StoredTensor {
  std::string name;
  std::vector<int64_t> shape;  ///< outermost first, as PyTorch writes it
  StoredType type = StoredType::kF32;
  std::span<const std::byte> bytes;

  int64_t elements() const;
};

/// Decodes any stored type to f32, bit for bit as the reference `gguf` package. `out` has elements() floats.
void decode_f32(const StoredTensor& tensor, std::span<float> out);

/// Hyper-parameters of the supported decoder families, from GGUF metadata or config.json.
struct ModelConfig {
  std::string family;          ///< llama, qwen2, qwen3
  int64_t layers = 0;          ///< L
  int64_t width = 0;           ///< D
  int64_t heads = 0, kv_heads = 0, head_width = 0;
  int64_t ffn_width = 0;
  int64_t vocabulary = 0;      ///< V
  int64_t max_positions = 0;
  double rope_base = 10000;
  double norm_epsilon = 1e-5;
  bool tied_embeddings = false;
  bool qkv_bias = false;       ///< Qwen2
  bool qk_norm = false;        ///< Qwen3
  /// Llama-3.1 style frequency scaling; factor 1 is none.
  double rope_factor = 1, rope_low_frequency = 1, rope_high_frequency = 4;
  int64_t rope_original_positions = 8192;

  /// Errors: kData naming the first impossible value (zero sizes, heads not divisible, absurd sizes), `origin` in the text.
  void check(const std::string& origin) const;
};

}  // namespace r2rank::model
