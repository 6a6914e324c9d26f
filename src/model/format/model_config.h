#pragma once

#include <cstdint>
#include <string>

namespace r2rank::model {

/// Hyper-parameters of the supported decoder families, from GGUF metadata or config.json.
struct ModelConfig {
  std::string family;  ///< llama, qwen2, qwen3
  int64_t layers = 0;  ///< L
  int64_t width = 0;   ///< D
  int64_t heads = 0, kv_heads = 0, head_width = 0;
  int64_t ffn_width = 0;
  int64_t vocabulary = 0;  ///< V
  int64_t max_positions = 0;
  double rope_base = 10000;
  double norm_epsilon = 1e-5;
  bool tied_embeddings = false;
  bool qkv_bias = false;  ///< Qwen2
  bool qk_norm = false;   ///< Qwen3
  /// Llama-3.1 style frequency scaling; factor 1 is none.
  double rope_factor = 1, rope_low_frequency = 1, rope_high_frequency = 4;
  int64_t rope_original_positions = 8192;

  /// Errors: kData naming the first impossible value (zero sizes, heads not divisible, absurd sizes),
  /// `origin` in the text.
  void check(const std::string& origin) const;
};

/// Sets what a family fixes (qkv_bias, qk_norm). Errors: kData for a family that is not supported.
void set_family(ModelConfig& config, const std::string& family, const std::string& origin);

}  // namespace r2rank::model
