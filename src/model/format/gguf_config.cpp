#include "model/format/gguf_config.h"

#include <algorithm>

#include "base/error.h"
#include "model/format/gguf_metadata.h"
#include "model/format/rope_scaling.h"
#include "model/format/shown.h"

namespace r2rank::model {
namespace {

const StoredTensor* find_tensor(const GgufFile& file, std::string_view name) {
  const auto found = std::ranges::find(file.tensors, name, &StoredTensor::name);
  return found == file.tensors.end() ? nullptr : &*found;
}

class ConfigReader {
 public:
  ConfigReader(const GgufFile& file, const std::string& origin) : file_(file), metadata_(file, origin) {}

  ModelConfig read() {
    set_family(config_, shown(metadata_.text("general.architecture")), metadata_.origin());
    read_sizes();
    read_numbers();
    refuse_unsupported();
    config_.check(metadata_.origin());
    read_rope_scaling();
    return config_;
  }

 private:
  std::string key(const char* name) const { return config_.family + "." + name; }

  void read_sizes() {
    config_.layers = metadata_.integer(key("block_count"));
    config_.width = metadata_.integer(key("embedding_length"));
    config_.ffn_width = metadata_.integer(key("feed_forward_length"));
    config_.max_positions = metadata_.integer(key("context_length"));
    config_.heads = metadata_.integer(key("attention.head_count"));
    config_.kv_heads = metadata_.find_integer(key("attention.head_count_kv")).value_or(config_.heads);
    config_.head_width = metadata_.find_integer(key("attention.key_length")).value_or(default_head_width());
    config_.vocabulary = embedding_rows();
    config_.tied_embeddings = find_tensor(file_, "output.weight") == nullptr;
  }

  int64_t default_head_width() const {
    if (config_.heads < 1 || config_.width % config_.heads != 0)
      base::fail_data("gguf", "{}: expected a width that {} heads divide, found {}", metadata_.origin(),
                      config_.heads, config_.width);
    return config_.width / config_.heads;
  }

  int64_t embedding_rows() const {
    const auto* embeddings = find_tensor(file_, "token_embd.weight");
    if (embeddings == nullptr || embeddings->shape.size() != 2)
      base::fail_data("gguf",
                      "{}: expected a matrix token_embd.weight; the file holds no whole language model",
                      metadata_.origin());
    return embeddings->shape[0];
  }

  void read_numbers() {
    config_.rope_base = metadata_.find_number(key("rope.freq_base")).value_or(10000);
    config_.norm_epsilon = metadata_.number(key("attention.layer_norm_rms_epsilon"));
  }

  void refuse(bool unsupported, const char* what) const {
    if (unsupported)
      base::fail_data("gguf", "{}: the model uses {}, which is not supported; choose a plain {} model",
                      metadata_.origin(), what, config_.family);
  }

  void refuse_unsupported() const {
    const auto same = [&](const char* name, int64_t expected) {
      return metadata_.find_integer(key(name)).value_or(expected) == expected;
    };
    refuse(!same("expert_count", 0), "a mixture of experts");
    refuse(!same("rope.dimension_count", config_.head_width), "rotary embeddings on a part of each head");
    refuse(!same("attention.value_length", config_.head_width), "values of another width than keys");
    refuse(!same("attention.sliding_window", 0), "sliding-window attention");
    const auto scaling = metadata_.find_text(key("rope.scaling.type")).value_or("none");
    const double factor = metadata_.find_number(key("rope.scaling.factor")).value_or(1);
    refuse(scaling != "none" && factor != 1, "rope scaling other than Llama 3.1's");
    refuse(metadata_.find_number(key("rope.scale_linear")).value_or(1) != 1, "linear rope scaling");
  }

  void read_rope_scaling() {
    const auto* divisors = find_tensor(file_, "rope_freqs.weight");
    if (divisors == nullptr) return;
    if (divisors->shape != std::vector<int64_t>{config_.head_width / 2})
      base::fail_data("gguf", "{}: expected rope_freqs.weight of shape [{}], found {}", metadata_.origin(),
                      config_.head_width / 2, shape_text(divisors->shape));
    std::vector<float> values(static_cast<size_t>(divisors->elements()));
    decode_f32(*divisors, values);
    recognise_rope_scaling(config_, values, metadata_.origin());
  }

  const GgufFile& file_;
  GgufMetadata metadata_;
  ModelConfig config_;
};

}  // namespace

ModelConfig gguf_config(const GgufFile& file, const std::string& origin) {
  return ConfigReader(file, origin).read();
}

}  // namespace r2rank::model
