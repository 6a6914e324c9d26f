#include "model/format/gguf_config.h"

#include "model/format/rope_scaling.h"
#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

// The header of a small Llama model, as parsed; each test changes one thing.
class GgufConfigTest : public testing::Test {
 protected:
  GgufConfigTest() {
    set("general.architecture", std::string("llama"));
    set("llama.block_count", uint64_t{2});
    set("llama.embedding_length", uint64_t{64});
    set("llama.feed_forward_length", uint64_t{96});
    set("llama.context_length", uint64_t{2048});
    set("llama.attention.head_count", uint64_t{4});
    set("llama.attention.head_count_kv", uint64_t{2});
    set("llama.attention.layer_norm_rms_epsilon", double{1e-5f});
    set("llama.rope.freq_base", 500000.0);
    add_tensor("token_embd.weight", {100, 64});
    add_tensor("output.weight", {100, 64});
  }
  void set(const std::string& key, GgufValue value) { file_.metadata[key] = std::move(value); }
  void add_tensor(const std::string& name, const std::vector<int64_t>& shape) {
    file_.tensors.push_back({name, shape, StoredType::kF32, {}});
  }
  ModelConfig read() const { return gguf_config(file_, "file"); }
  std::string error() const {
    return data_error([&] { read(); });
  }

  GgufFile file_;
};

TEST_F(GgufConfigTest, ReadsEveryHyperParameter) {
  const ModelConfig config = read();
  EXPECT_EQ(config.family, "llama");
  EXPECT_EQ(config.layers, 2);
  EXPECT_EQ(config.width, 64);
  EXPECT_EQ(config.heads, 4);
  EXPECT_EQ(config.kv_heads, 2);
  EXPECT_EQ(config.head_width, 16);
  EXPECT_EQ(config.ffn_width, 96);
  EXPECT_EQ(config.vocabulary, 100);
  EXPECT_EQ(config.max_positions, 2048);
  EXPECT_EQ(config.rope_base, 500000);
  EXPECT_EQ(config.norm_epsilon, 1e-5);
  EXPECT_FALSE(config.tied_embeddings);
  EXPECT_EQ(config.rope_factor, 1);
}

TEST_F(GgufConfigTest, WithoutAnOutputLayerEmbeddingsAreTied) {
  file_.tensors.pop_back();
  EXPECT_TRUE(read().tied_embeddings);
}

TEST_F(GgufConfigTest, KeyLengthOverridesTheHeadWidth) {
  set("llama.attention.key_length", uint64_t{32});
  EXPECT_EQ(read().head_width, 32);
}

TEST_F(GgufConfigTest, RefusesAnotherArchitecture) {
  set("general.architecture", std::string("gemma3"));
  EXPECT_CONTAINS(error(), "llama, qwen2 or qwen3, found 'gemma3'");
}

TEST_F(GgufConfigTest, NamesTheKeyThatIsMissing) {
  file_.metadata.erase("llama.feed_forward_length");
  EXPECT_CONTAINS(error(), "lack 'llama.feed_forward_length'");
}

TEST_F(GgufConfigTest, RefusesImpossibleSizes) {
  set("llama.attention.head_count", uint64_t{0});
  EXPECT_CONTAINS(error(), "0 heads");
  set("llama.attention.head_count", uint64_t{3});
  EXPECT_CONTAINS(error(), "3 heads divide");
  set("llama.attention.head_count", uint64_t{4});
  set("llama.block_count", uint64_t{1} << 40);
  EXPECT_CONTAINS(error(), "number of layers");
}

TEST_F(GgufConfigTest, RefusesAFileWithoutEmbeddings) {
  file_.tensors.clear();
  EXPECT_CONTAINS(error(), "token_embd.weight");
}

TEST_F(GgufConfigTest, RefusesFeaturesItWouldGetWrong) {
  const std::vector<std::pair<std::string, GgufValue>> features = {
      {"llama.expert_count", uint64_t{8}},
      {"llama.rope.dimension_count", uint64_t{8}},
      {"llama.attention.value_length", uint64_t{8}},
      {"llama.attention.sliding_window", uint64_t{512}},
      {"llama.rope.scale_linear", 2.0}};
  for (const auto& [key, value] : features) {
    set(key, value);
    EXPECT_CONTAINS(error(), "not supported");
    file_.metadata.erase(key);
  }
  set("llama.rope.scaling.type", std::string("yarn"));
  set("llama.rope.scaling.factor", 4.0);
  EXPECT_CONTAINS(error(), "rope scaling other than Llama 3.1's");
}

TEST_F(GgufConfigTest, TurnsRopeFrequenciesIntoTheScalingTheyCameFrom) {
  ModelConfig llama32 = read();
  llama32.rope_factor = 32;
  const auto divisors = rope_divisors(llama32);
  const std::vector<float> values(divisors.begin(), divisors.end());
  file_.tensors.push_back({"rope_freqs.weight", {8}, StoredType::kF32, std::as_bytes(std::span(values))});
  EXPECT_EQ(read().rope_factor, 32);
  file_.tensors.back().shape = {2, 4};
  EXPECT_CONTAINS(error(), "rope_freqs.weight of shape [8], found [2, 4]");
}

}  // namespace
}  // namespace r2rank::model
