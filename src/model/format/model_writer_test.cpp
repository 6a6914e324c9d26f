#include "model/format/model_writer.h"

#include <cstring>
#include <nlohmann/json.hpp>

#include "model/format/test_model.h"
#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

class ModelWriter : public FolderTest {
 protected:
  void save(const TestModel& model, bool overwrite = false) const {
    save_model_folder(model.config, model.tokenizer, model.tensors, path("model"), overwrite);
  }
};

TEST_F(ModelWriter, EveryFamilyAndTypeReadsBackTheSame) {
  for (const char* family : {"llama", "qwen2", "qwen3"})
    for (const StoredType type : {StoredType::kF32, StoredType::kF16, StoredType::kBF16}) {
      const TestModel model(family, type);
      save(model, true);
      const ModelFiles files = open_model(path("model"));
      EXPECT_EQ(files.config.family, family);
      EXPECT_EQ(files.tokenizer.merges, model.tokenizer.merges);
      EXPECT_EQ(files.tokenizer.eos, model.tokenizer.eos);
      for (const auto& tensor : model.tensors) {
        const StoredTensor& read = files.tensors.at(tensor.name);
        ASSERT_EQ(read.bytes.size(), tensor.bytes.size());
        EXPECT_EQ(0, std::memcmp(read.bytes.data(), tensor.bytes.data(), tensor.bytes.size())) << tensor.name;
      }
    }
}

TEST_F(ModelWriter, WritesTheFilesThatTransformersLooksFor) {
  save(TestModel("llama", StoredType::kBF16));
  for (const char* name : {"config.json", "generation_config.json", "model.safetensors", "tokenizer.json",
                           "tokenizer_config.json"})
    EXPECT_TRUE(std::filesystem::is_regular_file(path("model") / name)) << name;
  const auto config = nlohmann::json::parse(base::read_file(path("model") / "config.json"));
  EXPECT_EQ(config["torch_dtype"], "bfloat16");
  EXPECT_EQ(config["eos_token_id"], 258);
}

TEST_F(ModelWriter, KeepsWhatBeginsEndsAndPadsATextThroughImportAndExport) {
  TestModel model("llama");
  model.tokenizer.eos_ids = {258, 257};
  model.tokenizer.pad = 257;
  model.tokenizer.post_processor = R"({"type":"TemplateProcessing"})";
  save(model);
  for (const char* name : {"config.json", "generation_config.json"}) {
    const auto json = nlohmann::json::parse(base::read_file(path("model") / name));
    EXPECT_EQ(json.at("eos_token_id"), nlohmann::json({258, 257})) << name;
    EXPECT_EQ(json.at("pad_token_id"), 257) << name;
    EXPECT_EQ(json.at("bos_token_id"), 257) << name;
  }
  const text::TokenizerData read = open_model(path("model")).tokenizer;
  EXPECT_EQ(read.eos_ids, model.tokenizer.eos_ids);
  EXPECT_EQ(read.eos, 258);
  EXPECT_EQ(read.pad, 257);
  EXPECT_EQ(read.post_processor, model.tokenizer.post_processor);
}

TEST_F(ModelWriter, ReplacesAnOlderFolderOnlyWhenTold) {
  save(TestModel("llama"));
  EXPECT_CONTAINS(error_of(base::ErrorKind::kUsage, [&] { save(TestModel("qwen3")); }), "exists already");
  EXPECT_EQ(open_model(path("model")).config.family, "llama");
  save(TestModel("qwen3"), true);
  EXPECT_EQ(open_model(path("model")).config.family, "qwen3");
}

TEST_F(ModelWriter, LeavesNothingBehindWhenTheWeightsDoNotFit) {
  TestModel missing("llama"), twice("llama"), vocabulary("llama");
  missing.tensors.pop_back();
  twice.tensors.push_back(twice.tensors[0]);
  vocabulary.config.vocabulary = 10;
  EXPECT_CONTAINS(data_error([&] { save(missing); }), "'model.norm.weight' of shape [8] is missing");
  EXPECT_CONTAINS(data_error([&] { save(twice); }), "given twice");
  EXPECT_CONTAINS(data_error([&] { save(vocabulary); }), "embeds only 10");
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(ModelWriter, RefusesQuantisedWeights) {
  TestModel model("llama");
  model.tensors.back().type = StoredType::kQ8_0;
  EXPECT_CONTAINS(data_error([&] { save(model); }), "expected weights as F32, F16 or BF16, found Q8_0");
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

}  // namespace
}  // namespace r2rank::model
