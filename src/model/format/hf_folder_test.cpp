#include "model/format/hf_folder.h"

#include <functional>
#include <nlohmann/json.hpp>

#include "model/format/model_writer.h"
#include "model/format/safetensors.h"
#include "model/format/test_model.h"
#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

using Json = nlohmann::json;

class HfFolder : public FolderTest {
 protected:
  HfFolder() { save_model_folder(model_.config, model_.tokenizer, model_.tensors, model_path_, false); }

  std::string error() const {
    return data_error([&] { open_hf_folder(model_path_); });
  }
  void edit_json(const char* name, const std::function<void(Json&)>& edit) const {
    Json json = Json::parse(base::read_file(model_path_ / name));
    edit(json);
    base::write_file(model_path_ / name, json.dump());
  }
  // Two shards: the first tensor alone, and all others.
  void split_into_shards() const {
    std::filesystem::remove(model_path_ / "model.safetensors");
    write_safetensors(model_path_ / kFirst, {model_.tensors[0]}, {});
    write_safetensors(model_path_ / kSecond, {model_.tensors.begin() + 1, model_.tensors.end()}, {});
    Json map;
    for (const auto& tensor : model_.tensors)
      map[tensor.name] = tensor.name == model_.tensors[0].name ? kFirst : kSecond;
    base::write_file(model_path_ / kIndex, Json{{"metadata", Json::object()}, {"weight_map", map}}.dump());
  }

  static constexpr const char* kFirst = "model-00001-of-00002.safetensors";
  static constexpr const char* kSecond = "model-00002-of-00002.safetensors";
  static constexpr const char* kIndex = "model.safetensors.index.json";
  TestModel model_{"qwen3"};
  base::Path model_path_ = path("model");
};

TEST_F(HfFolder, OpensWithEveryWeight) {
  const ModelFiles files = open_hf_folder(model_path_);
  EXPECT_EQ(files.config.family, "qwen3");
  EXPECT_EQ(files.tensors.size(), model_.tensors.size());
  EXPECT_TRUE(files.permuted.empty());
  EXPECT_EQ(files.tokenizer.tokens, model_.tokenizer.tokens);
  const auto norm = files.load_f32("model.norm.weight", {8});
  EXPECT_EQ(norm[1], TestModel::value(model_.tensors.size() - 1, 1));
}

TEST_F(HfFolder, OpensShards) {
  split_into_shards();
  const ModelFiles files = open_hf_folder(model_path_);
  EXPECT_EQ(files.tensors.size(), model_.tensors.size());
  EXPECT_EQ(files.mappings.size(), 2u);
  EXPECT_EQ(files.load_f32("model.embed_tokens.weight", {264, 8})[9], TestModel::value(0, 9));
}

TEST_F(HfFolder, TakesTheEndsOfAGenerationFromTheConfigurations) {
  edit_json("config.json", [](Json& json) { json["eos_token_id"] = {258, 257}; });
  edit_json("generation_config.json", [](Json& json) { json["eos_token_id"] = {257, 256, 258}; });
  EXPECT_EQ(open_hf_folder(model_path_).tokenizer.eos_ids, (std::vector<text::TokenId>{257, 256, 258}));
  std::filesystem::remove(model_path_ / "generation_config.json");
  EXPECT_EQ(open_hf_folder(model_path_).tokenizer.eos_ids, (std::vector<text::TokenId>{258, 257}));
  edit_json("config.json", [](Json& json) { json["eos_token_id"] = 264; });
  EXPECT_CONTAINS(error(), "expected eos_token_id to be one of the 264 tokens");
}

TEST_F(HfFolder, RefusesADamagedGenerationConfiguration) {
  edit_json("generation_config.json", [](Json& json) { json["eos_token_id"] = "<|im_end|>"; });
  EXPECT_CONTAINS(error(), "generation_config.json: expected 'eos_token_id' to be a token id");
}

TEST_F(HfFolder, RefusesAPostProcessorThatIsNoObject) {
  edit_json("tokenizer.json", [](Json& json) { json["post_processor"] = 5; });
  EXPECT_CONTAINS(error(), "expected 'post_processor' to be an object or null");
}

TEST_F(HfFolder, SaysWhichFileIsMissing) {
  for (const char* name : {"model.safetensors", "tokenizer.json", "config.json"}) {
    std::filesystem::remove(model_path_ / name);
    EXPECT_CONTAINS(error(), std::string("expected a file ") + name);
  }
}

TEST_F(HfFolder, AFolderInPlaceOfAFileIsAsGoodAsMissing) {
  std::filesystem::remove(model_path_ / "tokenizer.json");
  std::filesystem::create_directory(model_path_ / "tokenizer.json");
  EXPECT_CONTAINS(error(), "expected a file tokenizer.json");
}

TEST_F(HfFolder, RefusesAShardThatIsMissing) {
  split_into_shards();
  std::filesystem::remove(model_path_ / kSecond);
  EXPECT_CONTAINS(error(), "the shard model-00002-of-00002.safetensors is missing");
}

TEST_F(HfFolder, RefusesShardsOutsideTheFolder) {
  split_into_shards();
  for (const char* name : {"../model.safetensors", "/etc/x.safetensors", "a/b.safetensors", "..", "",
                           ".safetensors", "..\\x.safetensors", "weights.bin"}) {
    edit_json(kIndex, [&](Json& json) { json["weight_map"]["model.norm.weight"] = name; });
    EXPECT_CONTAINS(error(), "expected a .safetensors file beside it for 'model.norm.weight'");
  }
}

TEST_F(HfFolder, RefusesAnIndexThatDoesNotMatchItsShards) {
  split_into_shards();
  edit_json(kIndex, [&](Json& json) { json["weight_map"]["model.norm.weight"] = kFirst; });
  EXPECT_CONTAINS(error(), "does not place there");
  edit_json(kIndex, [&](Json& json) { json["weight_map"]["model.norm.weight"] = kSecond; });
  edit_json(kIndex, [&](Json& json) { json["weight_map"]["model.extra"] = kSecond; });
  EXPECT_CONTAINS(error(), "expected the tensor 'model.extra' in model-00002-of-00002.safetensors");
}

TEST_F(HfFolder, RefusesAnIndexThatIsNone) {
  split_into_shards();
  base::write_file(model_path_ / kIndex, "{}");
  EXPECT_CONTAINS(error(), "'weight_map' is missing");
  base::write_file(model_path_ / kIndex, R"({"weight_map": {"model.norm.weight": 3}})");
  EXPECT_CONTAINS(error(), "found 3");
}

TEST_F(HfFolder, RefusesWeightsThatDoNotFitTheConfiguration) {
  edit_json("config.json", [](Json& json) { json["intermediate_size"] = 16; });
  EXPECT_CONTAINS(error(), "of shape [16, 8], found [12, 8]");
  edit_json("config.json", [](Json& json) { json["intermediate_size"] = 12, json["num_hidden_layers"] = 3; });
  EXPECT_CONTAINS(error(), "model.layers.2.input_layernorm.weight");
  edit_json("config.json", [](Json& json) { json["num_hidden_layers"] = 2, json["vocab_size"] = 100; });
  EXPECT_CONTAINS(error(), "embeds only 100");
}

TEST_F(HfFolder, RefusesATruncatedWeightFile) {
  const auto bytes = base::read_file(model_path_ / "model.safetensors");
  base::write_file(model_path_ / "model.safetensors", bytes.substr(0, bytes.size() - 1));
  EXPECT_CONTAINS(error(), "truncated");
  base::write_file(model_path_ / "model.safetensors", "");
  EXPECT_CONTAINS(error(), "found an empty one");
}

}  // namespace
}  // namespace r2rank::model
