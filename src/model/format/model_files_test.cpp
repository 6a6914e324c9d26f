#include "model/format/model_files.h"

#include "model/format/model_writer.h"
#include "model/format/test_model.h"
#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

class OpenModel : public FolderTest {
 protected:
  std::string error_of_opening(base::ErrorKind kind, const base::Path& path) const {
    return error_of(kind, [&] { open_model(path); });
  }
};

TEST_F(OpenModel, OpensAFileOrAFolderByWhatIsThere) {
  EXPECT_EQ(open_model(golden_path("tiny_qwen2.gguf")).config.family, "qwen2");
  const TestModel model("llama");
  save_model_folder(model.config, model.tokenizer, model.tensors, path("model"), false);
  EXPECT_EQ(open_model(path("model")).config.family, "llama");
}

TEST_F(OpenModel, KeepsItsFilesMappedWhenMoved) {
  ModelFiles moved;
  {
    ModelFiles files = open_model(golden_path("tiny_qwen2.gguf"));
    moved = std::move(files);
  }
  EXPECT_EQ(moved.load_f32("model.norm.weight", {32}).size(), 32u);
}

TEST_F(OpenModel, SaysWhatItExpected) {
  EXPECT_CONTAINS(error_of_opening(base::ErrorKind::kIo, path("nothing.gguf")),
                  "does not exist; expected a .gguf file");
  EXPECT_CONTAINS(error_of_opening(base::ErrorKind::kData, folder_), "expected a file config.json");
  base::write_file(path("empty.gguf"), "");
  EXPECT_CONTAINS(error_of_opening(base::ErrorKind::kData, path("empty.gguf")), "found an empty one");
}

TEST_F(OpenModel, NamesTheFileThatWasProbablyMeant) {
  base::write_file(path("weights.safetensors"), "");
  EXPECT_CONTAINS(error_of_opening(base::ErrorKind::kUsage, path("weights.safetensors")),
                  "name the folder it lies in");
  std::filesystem::remove(path("weights.safetensors"));
  base::write_file(path("small.gguf"), "");
  EXPECT_CONTAINS(error_of_opening(base::ErrorKind::kUsage, folder_), "small.gguf");
}

TEST_F(OpenModel, LoadingChecksNameAndShape) {
  const ModelFiles files = open_model(golden_path("tiny_llama.gguf"));
  EXPECT_CONTAINS(data_error([&] { files.load_f32("model.norm", {32}); }),
                  "the weight 'model.norm' is missing");
  EXPECT_CONTAINS(data_error([&] { files.load_f32("model.norm.weight", {16}); }),
                  "of shape [16], found [32]");
}

// Two heads of four rows: the stored order 0 2 1 3 within each head (pair by pair) becomes 0 1 2 3 again.
TEST_F(OpenModel, LoadingUndoesThePermutationOfRotaryPairs) {
  const std::vector<float> rows = {0, 2, 1, 3, 4, 6, 5, 7};
  ModelFiles files;
  files.config.head_width = 4;
  files.tensors["q"] = {"q", {8, 1}, StoredType::kF32, std::as_bytes(std::span(rows))};
  EXPECT_EQ(files.load_f32("q", {8, 1}), rows);
  files.permuted = {"q"};
  EXPECT_EQ(files.load_f32("q", {8, 1}), (std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7}));
}

}  // namespace
}  // namespace r2rank::model
