#include "model/format/hf_config.h"

#include <nlohmann/json.hpp>

#include "model/format/test_model.h"
#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

using Json = nlohmann::json;

Json valid() {
  return {{"model_type", "llama"},          {"hidden_size", 64},    {"intermediate_size", 96},
          {"num_hidden_layers", 3},         {"vocab_size", 100},    {"num_attention_heads", 4},
          {"num_key_value_heads", 2},       {"rms_norm_eps", 1e-5}, {"rope_theta", 500000},
          {"max_position_embeddings", 4096}};
}

ModelConfig parse(const Json& json) {
  return parse_hf_config(json.dump(), "config.json");
}
std::string error_of_config(const Json& json) {
  return data_error([&] { parse(json); });
}
std::string error_with(const char* key, const Json& value) {
  Json json = valid();
  json[key] = value;
  return error_of_config(json);
}

ModelConfig written_by_transformers(const std::string& name) {
  return parse_hf_config(base::read_file(base::Path(R2RANK_SOURCE_DIR) / "tests/golden/model" / name), name);
}

TEST(HfConfig, ReadsTheOlderForm) {
  const ModelConfig config = parse(valid());
  EXPECT_EQ(config.family, "llama");
  EXPECT_EQ(config.layers, 3);
  EXPECT_EQ(config.width, 64);
  EXPECT_EQ(config.heads, 4);
  EXPECT_EQ(config.kv_heads, 2);
  EXPECT_EQ(config.head_width, 16);
  EXPECT_EQ(config.ffn_width, 96);
  EXPECT_EQ(config.vocabulary, 100);
  EXPECT_EQ(config.max_positions, 4096);
  EXPECT_EQ(config.rope_base, 500000);
  EXPECT_EQ(config.norm_epsilon, 1e-5);
  EXPECT_FALSE(config.tied_embeddings);
}

TEST(HfConfig, ReadsWhatTransformersWrites) {
  const auto llama3 = written_by_transformers("tiny_llama3.config.json");
  EXPECT_EQ(llama3.rope_factor, 8);
  EXPECT_EQ(llama3.rope_original_positions, 128);
  EXPECT_EQ(llama3.rope_base, 10000);
  EXPECT_FALSE(llama3.tied_embeddings);
  EXPECT_TRUE(written_by_transformers("tiny_qwen2.config.json").qkv_bias);
  const auto qwen3 = written_by_transformers("tiny_qwen3.config.json");
  EXPECT_TRUE(qwen3.qk_norm && qwen3.tied_embeddings);
  EXPECT_EQ(qwen3.head_width, 16);
}

TEST(HfConfig, FillsInTheDefaultsOfTransformers) {
  Json json = valid();
  for (const char* key : {"num_key_value_heads", "rms_norm_eps", "rope_theta", "max_position_embeddings"})
    json.erase(key);
  json["head_dim"] = nullptr;
  const ModelConfig config = parse(json);
  EXPECT_EQ(config.kv_heads, 4);
  EXPECT_EQ(config.norm_epsilon, 1e-6);
  EXPECT_EQ(config.rope_base, 10000);
  EXPECT_EQ(config.max_positions, 2048);
  json["model_type"] = "qwen3";
  EXPECT_EQ(parse(json).head_width, 128);
}

TEST(HfConfig, ReadsRopeScalingOfBothForms) {
  Json json = valid();
  const Json scaling = {{"factor", 32.0},
                        {"low_freq_factor", 1.0},
                        {"high_freq_factor", 4.0},
                        {"original_max_position_embeddings", 8192},
                        {"rope_type", "llama3"}};
  json["rope_scaling"] = scaling;
  EXPECT_EQ(parse(json).rope_factor, 32);
  EXPECT_EQ(parse(json).rope_base, 500000);
  json["rope_scaling"] = nullptr;
  json["rope_parameters"] = scaling;
  json["rope_parameters"]["rope_theta"] = 1000.0;
  EXPECT_EQ(parse(json).rope_factor, 32);
  EXPECT_EQ(parse(json).rope_base, 1000);
}

TEST(HfConfig, RefusesOtherRopeScaling) {
  EXPECT_CONTAINS(error_with("rope_scaling", {{"type", "yarn"}, {"factor", 4}}), "found 'yarn'");
  EXPECT_CONTAINS(error_with("rope_scaling", {{"rope_type", "llama3"}}), "'factor' is missing");
  EXPECT_CONTAINS(error_with("rope_scaling", 3), "an object");
}

TEST(HfConfig, RefusesFeaturesItWouldGetWrong) {
  const std::vector<std::pair<const char*, Json>> features = {
      {"hidden_act", "gelu"},
      {"attention_bias", true},
      {"mlp_bias", true},
      {"use_sliding_window", true},
      {"layer_types", {"full_attention", "sliding_attention"}},
      {"partial_rotary_factor", 0.5},
      {"quantization_config", {{"bits", 4}}}};
  for (const auto& [key, value] : features) EXPECT_CONTAINS(error_with(key, value), "not supported");
}

TEST(HfConfig, RefusesOtherModelsAndDamagedFiles) {
  EXPECT_CONTAINS(error_with("model_type", "mistral"), "found 'mistral'");
  EXPECT_CONTAINS(error_with("model_type", nullptr), "'model_type' is missing");
  EXPECT_CONTAINS(error_with("hidden_size", "64"), "whole number");
  EXPECT_CONTAINS(error_with("hidden_size", nullptr), "'hidden_size' is missing");
  EXPECT_CONTAINS(error_with("num_attention_heads", 0), "num_attention_heads divides");
  EXPECT_CONTAINS(error_with("num_hidden_layers", 100000), "number of layers");
  EXPECT_CONTAINS(error_with("vocab_size", -1), "vocabulary");
  EXPECT_CONTAINS(data_error([] { parse_hf_config("", "config.json"); }), "expected JSON");
}

TEST(HfConfig, ReadsBackWhatItWrote) {
  for (const char* family : {"llama", "qwen2", "qwen3"}) {
    ModelConfig config = TestModel(family).config;
    config.rope_factor = 8;
    const ModelConfig read = parse_hf_config(hf_config_json(config, "bfloat16", {}), "config.json");
    EXPECT_EQ(read.family, family);
    EXPECT_EQ(read.head_width, config.head_width);
    EXPECT_EQ(read.norm_epsilon, config.norm_epsilon);
    EXPECT_EQ(read.tied_embeddings, config.tied_embeddings);
    EXPECT_EQ(read.rope_factor, 8);
    EXPECT_EQ(read.rope_original_positions, 8192);
    EXPECT_EQ(read.vocabulary, config.vocabulary);
  }
}

TEST(HfConfig, WritesBothFormsOfTheRopeParameters) {
  text::TokenizerData tokenizer;
  tokenizer.eos = 2;
  const auto json = Json::parse(hf_config_json(TestModel("llama").config, "float32", tokenizer));
  EXPECT_EQ(json["architectures"][0], "LlamaForCausalLM");
  EXPECT_EQ(json["rope_theta"], 10000.0);
  EXPECT_EQ(json["rope_parameters"]["rope_theta"], 10000.0);
  EXPECT_EQ(json["rope_parameters"]["rope_type"], "default");
  EXPECT_FALSE(json.contains("rope_scaling"));
  EXPECT_TRUE(json["bos_token_id"].is_null());
  EXPECT_EQ(json["eos_token_id"], 2);
  EXPECT_EQ(json["torch_dtype"], "float32");
}

TEST(HfConfig, WritesEveryTokenThatEndsAGeneration) {
  text::TokenizerData tokenizer;
  tokenizer.eos = 2;
  tokenizer.eos_ids = {3, 2};
  tokenizer.pad = 0;
  const auto json = Json::parse(hf_config_json(TestModel("llama").config, "float32", tokenizer));
  EXPECT_EQ(json["eos_token_id"], Json({3, 2}));
  EXPECT_EQ(json["pad_token_id"], 0);
}

}  // namespace
}  // namespace r2rank::model
