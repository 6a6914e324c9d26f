#pragma once

#include <deque>
#include <vector>

#include "model/format/half.h"
#include "model/format/model_files.h"

namespace r2rank::model {

/// For tests: a tiny model of any family with made-up weights, whose bytes this object owns.
class TestModel {
 public:
  explicit TestModel(const std::string& family, StoredType type = StoredType::kF32) : type_(type) {
    set_family(config, family, "test");
    config.layers = 2;
    config.width = 8;
    config.heads = 2;
    config.kv_heads = 1;
    config.head_width = 4;
    config.ffn_width = 12;
    config.vocabulary = 264;
    config.max_positions = 128;
    config.norm_epsilon = 1e-6;
    config.tied_embeddings = family != "qwen2";
    fill_tokenizer();
    fill_tensors();
  }
  TestModel(const TestModel&) = delete;
  TestModel& operator=(const TestModel&) = delete;

  /// Makes the tensors anew, after a change of `config`.
  void fill_tensors() {
    tensors.clear();
    for (auto& [name, shape] : expected_tensors(config)) add(name, shape);
  }

  void add(const std::string& name, const std::vector<int64_t>& shape) {
    StoredTensor tensor{name, shape, type_, {}};
    std::string& bytes = bytes_.emplace_back();
    for (int64_t i = 0; i < tensor.elements(); ++i) append(bytes, value(tensors.size(), i));
    tensor.bytes = std::as_bytes(std::span(bytes));
    tensors.push_back(std::move(tensor));
  }

  /// A multiple of 1/16 below 8: exact in every stored type.
  static float value(size_t tensor, int64_t index) {
    return static_cast<float>((static_cast<int64_t>(tensor) * 37 + index * 11) % 128 - 64) / 16;
  }

  ModelConfig config;
  text::TokenizerData tokenizer;
  std::vector<StoredTensor> tensors;

 private:
  void append(std::string& bytes, float number) const {
    const uint16_t half = type_ == StoredType::kF16 ? f32_to_f16(number) : f32_to_bf16(number);
    if (type_ == StoredType::kF32)
      bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
    else
      bytes.append(reinterpret_cast<const char*>(&half), sizeof half);
  }

  // The 256 stand-ins of bytes (GPT-2's table), one merge and two control tokens.
  void fill_tokenizer() {
    int next = 256;
    for (int byte = 0; byte < 256; ++byte) {
      const bool plain = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
      tokenizer.tokens.push_back(utf8(plain ? byte : next));
      next += !plain;
    }
    tokenizer.tokens.push_back("ab");
    tokenizer.merges.emplace_back("a", "b");
    for (const char* special : {"<|im_start|>", "<|im_end|>"}) {
      tokenizer.special.emplace_back(special, static_cast<text::TokenId>(tokenizer.tokens.size()));
      tokenizer.tokens.emplace_back(special);
    }
    tokenizer.bos = 257;
    tokenizer.eos = 258;
    tokenizer.chat_template = "{{ messages }}";
  }
  static std::string utf8(int code_point) {
    if (code_point < 128) return {static_cast<char>(code_point)};
    return {static_cast<char>(0xc0 | (code_point >> 6)), static_cast<char>(0x80 | (code_point & 63))};
  }

  StoredType type_;
  std::deque<std::string> bytes_;
};

}  // namespace r2rank::model
