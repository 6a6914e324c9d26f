#include "model/format/weight_layout.h"

#include <algorithm>

#include "model/format/test_model.h"
#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

std::map<std::string, StoredTensor> by_name(const TestModel& model) {
  std::map<std::string, StoredTensor> named;
  for (const auto& tensor : model.tensors) named.emplace(tensor.name, tensor);
  return named;
}

TEST(WeightLayout, TranslatesGgufNames) {
  EXPECT_EQ(hugging_face_name("token_embd.weight"), "model.embed_tokens.weight");
  EXPECT_EQ(hugging_face_name("output.weight"), "lm_head.weight");
  EXPECT_EQ(hugging_face_name("blk.0.attn_q.weight"), "model.layers.0.self_attn.q_proj.weight");
  EXPECT_EQ(hugging_face_name("blk.29.ffn_norm.weight"), "model.layers.29.post_attention_layernorm.weight");
  EXPECT_EQ(hugging_face_name("blk.7.attn_k.bias"), "model.layers.7.self_attn.k_proj.bias");
}

TEST(WeightLayout, KnowsNoOtherNames) {
  for (const char* name : {"", "blk.", "blk.0", "blk.0.weight", "blk..attn_q.weight", "blk.00.attn_q.weight",
                           "blk.-1.attn_q.weight", "blk.12345.attn_q.weight", "blk.0.attn_q.scale",
                           "blk.0.ssm_a.weight", "attn_q.weight", "v.blk.0.attn_q.weight"})
    EXPECT_FALSE(hugging_face_name(name).has_value()) << name;
}

TEST(WeightLayout, ListsEveryWeightOfEachFamily) {
  const auto count = [](const char* family) { return expected_tensors(TestModel(family).config).size(); };
  EXPECT_EQ(count("llama"), 2u + 2 * 9);
  EXPECT_EQ(count("qwen2"), 3u + 2 * 12);  // biases of q, k and v; an output layer
  EXPECT_EQ(count("qwen3"), 2u + 2 * 11);  // norms of q and k
}

TEST(WeightLayout, ShapesFollowTheConfiguration) {
  auto config = TestModel("llama").config;
  config.head_width = 6;
  std::map<std::string, std::vector<int64_t>> shapes;
  for (const auto& [name, shape] : expected_tensors(config)) shapes[name] = shape;
  EXPECT_EQ(shapes["model.layers.1.self_attn.q_proj.weight"], (std::vector<int64_t>{12, 8}));
  EXPECT_EQ(shapes["model.layers.1.self_attn.k_proj.weight"], (std::vector<int64_t>{6, 8}));
  EXPECT_EQ(shapes["model.layers.1.self_attn.o_proj.weight"], (std::vector<int64_t>{8, 12}));
  EXPECT_EQ(shapes["model.layers.0.mlp.down_proj.weight"], (std::vector<int64_t>{8, 12}));
  EXPECT_EQ(shapes["model.embed_tokens.weight"], (std::vector<int64_t>{264, 8}));
}

TEST(WeightLayout, AWeightThatIsMissingOrMisshapenIsNamed) {
  const TestModel model("qwen3");
  auto tensors = by_name(model);
  EXPECT_NO_THROW(check_weights(model.config, tensors, "file"));
  tensors.at("model.norm.weight").shape = {2, 4};
  EXPECT_CONTAINS(data_error([&] { check_weights(model.config, tensors, "file"); }),
                  "expected weight 'model.norm.weight' of shape [8], found [2, 4]");
  tensors.erase("model.norm.weight");
  EXPECT_CONTAINS(data_error([&] { check_weights(model.config, tensors, "file"); }),
                  "the weight 'model.norm.weight' of shape [8] is missing");
}

TEST(WeightLayout, RefusesWeightsThatTheModelWouldIgnore) {
  const TestModel model("llama");
  auto tensors = by_name(model);
  tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = {};
  tensors["lm_head.weight"] = {};
  EXPECT_NO_THROW(check_weights(model.config, tensors, "file"));
  tensors["model.layers.0.self_attn.q_proj.bias"] = {};
  EXPECT_CONTAINS(data_error([&] { check_weights(model.config, tensors, "file"); }),
                  "'model.layers.0.self_attn.q_proj.bias' belongs to no llama model");
}

TEST(WeightLayout, RefusesIntegersAsWeights) {
  const TestModel model("llama");
  auto tensors = by_name(model);
  tensors.at("model.norm.weight").type = StoredType::kI64;
  EXPECT_CONTAINS(data_error([&] { check_weights(model.config, tensors, "file"); }), "holds integers");
}

}  // namespace
}  // namespace r2rank::model
