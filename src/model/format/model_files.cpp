#include "model/format/model_files.h"

#include <algorithm>

#include "base/error.h"
#include "model/format/gguf_model.h"
#include "model/format/hf_folder.h"
#include "model/format/shown.h"

namespace r2rank::model {
namespace {

// A permuted matrix holds the two halves of each head's rows interleaved: row 2 i + j is row j (head_width /
// 2) + i of the Hugging Face layout.
std::vector<float> undo_permutation(const std::vector<float>& stored, const std::vector<int64_t>& shape,
                                    int64_t head_width) {
  const int64_t rows = shape[0], columns = shape[1], half = head_width / 2;
  std::vector<float> plain(stored.size());
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t head = row / head_width, within = row % head_width;
    const int64_t target = head * head_width + within % 2 * half + within / 2;
    std::copy_n(stored.begin() + row * columns, columns, plain.begin() + target * columns);
  }
  return plain;
}

std::string gguf_inside(const base::Path& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".gguf") return entry.path().string();
  return "";
}

ModelFiles open_folder(const base::Path& folder) {
  const bool has_config = std::filesystem::exists(folder / "config.json");
  const std::string gguf = has_config ? "" : gguf_inside(folder);
  if (!gguf.empty())
    base::fail_usage("model", "{} is a folder with a GGUF file in it; name that file: {}", folder.string(),
                     gguf);
  return open_hf_folder(folder);
}

}  // namespace

std::vector<float> ModelFiles::load_f32(const std::string& name, const std::vector<int64_t>& shape) const {
  const auto found = tensors.find(name);
  if (found == tensors.end()) base::fail_data("model", "{}: the weight '{}' is missing", origin, shown(name));
  const StoredTensor& tensor = found->second;
  if (tensor.shape != shape)
    base::fail_data("model", "{}: expected weight '{}' of shape {}, found {}", origin, shown(name),
                    shape_text(shape), shape_text(tensor.shape));
  std::vector<float> values(static_cast<size_t>(tensor.elements()));
  decode_f32(tensor, values);
  const bool is_permuted = std::ranges::find(permuted, name) != permuted.end();
  return is_permuted ? undo_permutation(values, shape, config.head_width) : values;
}

ModelFiles open_model(const base::Path& path) {
  if (std::filesystem::is_directory(path)) return open_folder(path);
  if (!std::filesystem::exists(path))
    base::fail_io("model", "{} does not exist; expected a .gguf file or the folder of a Hugging Face model",
                  path.string());
  if (path.extension() == ".safetensors")
    base::fail_usage("model",
                     "{} holds weights only; name the folder it lies in, with config.json and tokenizer.json",
                     path.string());
  return open_gguf_model(path);
}

}  // namespace r2rank::model
