#pragma once

// Test support: the tiny models of tools/golden/common.py, whose weights both sides compute from a formula,
// and golden files.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "model/format/safetensors.h"
#include "model/language_model.h"

namespace r2rank::model::golden {

inline uint64_t fnv1a(const std::string& text) {
  uint64_t hash = 14695981039346656037ULL;
  for (const unsigned char byte : text) hash = (hash ^ byte) * 1099511628211ULL;
  return hash;
}

inline uint64_t splitmix(uint64_t z) {
  z += 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

/// u in [-1, 1) for element `index` of tensor `name`.
inline double unit(const std::string& name, uint64_t index) {
  return 2 * (static_cast<double>(splitmix(fnv1a(name) + index) >> 40) * 0x1.0p-24) - 1;
}

inline at::Tensor formula(const std::string& name, std::vector<int64_t> shape, double scale = 0.25,
                          double centre = 0) {
  at::Tensor values = at::empty(shape, at::kFloat);
  for (int64_t i = 0; i < values.numel(); ++i)
    values.data_ptr<float>()[i] = static_cast<float>(centre + scale * unit(name, static_cast<uint64_t>(i)));
  return values;
}

inline at::Tensor formula_weight(const std::string& name, const std::vector<int64_t>& shape) {
  const bool norm = name.find("norm") != std::string::npos;
  return formula(name, shape, 0.25, norm ? 1 : 0);
}

inline ModelConfig tiny_config(const std::string& variant) {
  ModelConfig config;
  config.family = variant == "llama3" ? "llama" : variant;
  config.layers = 2;
  config.width = 32;
  config.heads = 4;
  config.kv_heads = 2;
  config.head_width = variant == "qwen3" ? 16 : 8;
  config.ffn_width = 48;
  config.vocabulary = 128;
  config.max_positions = 256;
  config.norm_epsilon = config.family == "llama" ? 1e-5 : 1e-6;
  config.tied_embeddings = variant != "llama3";
  config.qkv_bias = variant == "qwen2";
  config.qk_norm = variant == "qwen3";
  if (variant == "llama3") {
    config.rope_factor = 8;
    config.rope_original_positions = 128;
  }
  return config;
}

inline std::unique_ptr<LanguageModel> tiny_model(const std::string& variant,
                                                 const std::string& tuning = "full",
                                                 const std::string& dtype = "f32",
                                                 const std::string& device = "cpu") {
  ModelOptions options;
  options.device = device;
  options.dtype = dtype;
  options.tuning = tuning;
  options.readout_hidden = 16;
  options.lora_rank = 4;
  options.lora_alpha = 8;
  auto model = std::make_unique<LanguageModel>(tiny_config(variant), formula_weight, options);
  at::NoGradGuard no_grad;
  model->readout().w1->master.copy_(formula("readout.w1", {16, 32}));
  model->readout().w2->master.copy_(formula("readout.w2", {1, 16}));
  return model;
}

/// A golden file of tests/golden/model as tensors (F32 and I64).
class File {
 public:
  explicit File(const std::string& name)
      : mapping_(std::string(R2RANK_SOURCE_DIR) + "/tests/golden/model/" + name) {
    const auto bytes = mapping_.bytes();
    uint64_t length = 0;
    std::memcpy(&length, bytes.data(), 8);
    header_ = nlohmann::json::parse(reinterpret_cast<const char*>(bytes.data()) + 8,
                                    reinterpret_cast<const char*>(bytes.data()) + 8 + length);
    data_ = bytes.data() + 8 + length;
  }

  bool has(const std::string& name) const { return header_.contains(name); }
  const nlohmann::json& header() const { return header_; }

  at::Tensor get(const std::string& name) const {
    if (!has(name)) throw std::runtime_error("golden file lacks " + name);
    const auto& entry = header_.at(name);
    const auto shape = entry.at("shape").get<std::vector<int64_t>>();
    const auto type = entry.at("dtype") == "I64" ? at::kLong : at::kFloat;
    at::Tensor values = at::empty(shape, type);
    std::memcpy(values.data_ptr(), data_ + entry.at("data_offsets")[0].get<size_t>(), values.nbytes());
    return values;
  }

 private:
  base::MappedFile mapping_;
  nlohmann::json header_;
  const std::byte* data_ = nullptr;
};

/// Largest difference relative to the largest expected magnitude; the two may lie on different devices.
inline double relative_error(const at::Tensor& found, const at::Tensor& expected) {
  const at::Tensor e = expected.cpu().to(at::kDouble), f = found.detach().cpu().to(at::kDouble);
  return ((f - e).abs().max() / (e.abs().max() + 1e-30)).item<double>();
}

/// Summed gradient of one Hugging Face weight (a part of a fused parameter).
inline at::Tensor gradient_of(LanguageModel& model, const std::string& name) {
  for (auto& parameter : model.parameters().all())
    for (const auto& part : parameter.parts)
      if (part.name == name) return parameter.gradient_sum().slice(0, part.begin, part.end);
  throw std::runtime_error("no parameter " + name);
}

inline std::vector<int32_t> to_tokens(const at::Tensor& row) {
  const at::Tensor flat = row.contiguous();
  return {flat.data_ptr<int64_t>(), flat.data_ptr<int64_t>() + flat.numel()};
}

/// Mean next-token cross-entropy over the rows of tokens [n, T], as the golden scripts define it, with its
/// graph.
inline at::Tensor next_token_loss(LanguageModel& model, const at::Tensor& tokens, bool checkpoint);

}  // namespace r2rank::model::golden

#include "model/golden_loss.h"
