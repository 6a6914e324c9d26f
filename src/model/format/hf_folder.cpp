#include "model/format/hf_folder.h"

#include <set>

#include "base/error.h"
#include "model/format/generation_config.h"
#include "model/format/hf_config.h"
#include "model/format/safetensors.h"
#include "model/format/shown.h"
#include "model/format/strict_json.h"
#include "model/format/vocabulary.h"
#include "model/format/weight_layout.h"

namespace r2rank::model {
namespace {

constexpr int kDeepestIndex = 8;
constexpr const char* kSingleFile = "model.safetensors";
constexpr const char* kIndexFile = "model.safetensors.index.json";

bool is_plain_shard_name(std::string_view name) {
  constexpr std::string_view kEnding = ".safetensors";
  const bool separators = name.find_first_of(std::string_view("/\\\0", 3)) != std::string_view::npos;
  return !separators && name.size() > kEnding.size() && name.ends_with(kEnding) && !name.starts_with('.');
}

void require_file(const base::Path& folder, const char* name, const char* why) {
  if (!std::filesystem::is_regular_file(folder / name))
    base::fail_data("model", "{}: expected a file {} ({}); is this the folder of a Hugging Face model?",
                    folder.string(), name, why);
}

std::vector<StoredTensor> map_file(ModelFiles& files, const base::Path& path) {
  auto mapping = std::make_shared<base::MappedFile>(path);
  auto tensors = parse_safetensors(mapping->bytes(), path.string());
  files.mappings.push_back(std::move(mapping));
  return tensors;
}

void add_single(ModelFiles& files, const base::Path& path) {
  for (auto& tensor : map_file(files, path)) {
    const std::string name = tensor.name;
    files.tensors.emplace(name, std::move(tensor));
  }
}

void add_shard(ModelFiles& files, const base::Path& path, const std::map<std::string, std::string>& index) {
  const std::string shard = path.filename().string();
  for (auto& tensor : map_file(files, path)) {
    const std::string name = tensor.name;
    const auto listed = index.find(name);
    if (listed == index.end() || listed->second != shard)
      base::fail_data("model", "{}: holds the tensor '{}', which {} does not place there", path.string(),
                      shown(name), kIndexFile);
    files.tensors.emplace(name, std::move(tensor));
  }
}

void add_shards(ModelFiles& files, const base::Path& folder) {
  const base::Path index_path = folder / kIndexFile;
  const auto index = parse_shard_index(base::read_file(index_path), index_path.string());
  std::set<std::string> shards;
  for (const auto& [name, shard] : index) shards.insert(shard);
  for (const auto& shard : shards) {
    if (!std::filesystem::is_regular_file(folder / shard))
      base::fail_data("model", "{}: the shard {} is missing; download the model again", folder.string(),
                      shown(shard));
    add_shard(files, folder / shard, index);
  }
  for (const auto& [name, shard] : index)
    if (!files.tensors.contains(name))
      base::fail_data("model", "{}: expected the tensor '{}' in {}, which lacks it", folder.string(),
                      shown(name), shown(shard));
}

void add_weights(ModelFiles& files, const base::Path& folder) {
  if (std::filesystem::exists(folder / kIndexFile)) return add_shards(files, folder);
  require_file(folder, kSingleFile, "its weights; pickled pytorch_model.bin files are not read");
  add_single(files, folder / kSingleFile);
}

text::TokenizerData read_tokenizer(const base::Path& folder) {
  text::TokenizerData tokenizer = text::load_tokenizer_json(folder / "tokenizer.json");
  for (const char* name : {"generation_config.json", "config.json"}) {
    const base::Path path = folder / name;
    if (std::filesystem::is_regular_file(path))
      read_generation_ids(base::read_file(path), path.string(), tokenizer);
  }
  return tokenizer;
}

}  // namespace

std::map<std::string, std::string> parse_shard_index(std::string_view json, const std::string& origin) {
  const auto parsed = parse_strict_json(json, "model", origin, kDeepestIndex);
  const JsonObject map = JsonObject(parsed, "model", origin).object("weight_map");
  std::map<std::string, std::string> index;
  for (const auto& [name, shard] : map.json().items()) {
    if (!shard.is_string() || !is_plain_shard_name(shard.get_ref<const std::string&>()))
      base::fail_data("model", "{}: expected a .safetensors file beside it for '{}', found {}", origin,
                      shown(name), shown(shard.dump()));
    index.emplace(name, shard.get<std::string>());
  }
  return index;
}

ModelFiles open_hf_folder(const base::Path& folder) {
  require_file(folder, "config.json", "its configuration");
  require_file(folder, "tokenizer.json", "its tokenizer; older models without one are not supported");
  ModelFiles files;
  files.origin = folder.string();
  const base::Path config_path = folder / "config.json";
  files.config = parse_hf_config(base::read_file(config_path), config_path.string());
  files.tokenizer = read_tokenizer(folder);
  check_vocabulary(files.config, files.tokenizer, files.origin);
  add_weights(files, folder);
  check_weights(files.config, files.tensors, files.origin);
  return files;
}

}  // namespace r2rank::model
