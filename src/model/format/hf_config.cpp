#include "model/format/hf_config.h"

#include "base/error.h"
#include "model/format/generation_config.h"
#include "model/format/shown.h"
#include "model/format/strict_json.h"

namespace r2rank::model {
namespace {

constexpr int kDeepestConfig = 32;
constexpr int64_t kQwen3HeadWidth = 128;  // transformers' default where config.json names none

class ConfigReader {
 public:
  ConfigReader(const JsonObject& json, const std::string& origin) : json_(json), origin_(origin) {}

  ModelConfig read() {
    set_family(config_, shown(json_.text("model_type")), origin_);
    read_sizes();
    read_rope();
    config_.norm_epsilon = json_.find_number("rms_norm_eps").value_or(1e-6);
    config_.tied_embeddings = json_.find_flag("tie_word_embeddings").value_or(false);
    refuse_unsupported();
    config_.check(origin_);
    return config_;
  }

 private:
  void read_sizes() {
    config_.layers = json_.integer("num_hidden_layers");
    config_.width = json_.integer("hidden_size");
    config_.ffn_width = json_.integer("intermediate_size");
    config_.vocabulary = json_.integer("vocab_size");
    config_.heads = json_.integer("num_attention_heads");
    config_.kv_heads = json_.find_integer("num_key_value_heads").value_or(config_.heads);
    config_.max_positions =
        json_.find_integer("max_position_embeddings").value_or(config_.family == "llama" ? 2048 : 32768);
    const auto head_width = json_.find_integer("head_dim");
    config_.head_width = head_width ? *head_width : default_head_width();
  }

  int64_t default_head_width() const {
    if (config_.family == "qwen3") return kQwen3HeadWidth;
    if (config_.heads < 1 || config_.width % config_.heads != 0)
      base::fail_data("model", "{}: expected a hidden_size that num_attention_heads divides, found {} and {}",
                      origin_, config_.width, config_.heads);
    return config_.width / config_.heads;
  }

  // Newer files keep everything in rope_parameters, older ones rope_theta beside a rope_scaling that may be
  // null.
  void read_rope() {
    const auto parameters = json_.find_object("rope_parameters");
    const auto scaling = parameters ? parameters : json_.find_object("rope_scaling");
    config_.rope_base = json_.find_number("rope_theta").value_or(10000);
    if (parameters) config_.rope_base = parameters->find_number("rope_theta").value_or(config_.rope_base);
    if (scaling) read_scaling(*scaling);
  }

  void read_scaling(const JsonObject& scaling) {
    const auto old_name = scaling.find_text("type").value_or("default");
    const auto type = scaling.find_text("rope_type").value_or(old_name);
    refuse(scaling.find_number("partial_rotary_factor").value_or(1) != 1,
           "rotary embeddings on a part of each head");
    if (type == "default") return;
    if (type != "llama3")
      base::fail_data(
          "model",
          "{}: expected a rope scaling of type default or llama3, found '{}', which is not supported",
          origin_, shown(type));
    config_.rope_factor = required(scaling, "factor");
    config_.rope_low_frequency = required(scaling, "low_freq_factor");
    config_.rope_high_frequency = required(scaling, "high_freq_factor");
    config_.rope_original_positions = scaling.integer("original_max_position_embeddings");
  }

  double required(const JsonObject& object, const char* key) const {
    const auto value = object.find_number(key);
    if (!value) base::fail_data("model", "{}: '{}' is missing in the rope scaling", origin_, key);
    return *value;
  }

  void refuse(bool unsupported, const char* what) const {
    if (unsupported)
      base::fail_data("model", "{}: the model uses {}, which is not supported; choose a plain {} model",
                      origin_, what, config_.family);
  }

  bool slides() const {
    if (json_.find_flag("use_sliding_window").value_or(false)) return true;
    const auto types = json_.json().find("layer_types");
    if (types == json_.json().end() || !types->is_array()) return false;
    for (const auto& type : *types)
      if (type != "full_attention") return true;
    return false;
  }

  void refuse_unsupported() const {
    refuse(json_.find_text("hidden_act").value_or("silu") != "silu", "another activation than silu");
    refuse(json_.find_number("partial_rotary_factor").value_or(1) != 1,
           "rotary embeddings on a part of each head");
    refuse(json_.find_flag("mlp_bias").value_or(false), "biases in its feed-forward layers");
    refuse(config_.family != "qwen2" && json_.find_flag("attention_bias").value_or(false),
           "biases in its attention");
    refuse(slides(), "sliding-window attention");
    refuse(json_.has("quantization_config"), "quantised Hugging Face weights (a GGUF file can be quantised)");
  }

  const JsonObject& json_;
  const std::string& origin_;
  ModelConfig config_;
};

std::string architecture(const std::string& family) {
  if (family == "llama") return "LlamaForCausalLM";
  return family == "qwen2" ? "Qwen2ForCausalLM" : "Qwen3ForCausalLM";
}

// transformers 4 reads rope_theta and rope_scaling, 5 reads rope_parameters and takes the others where that
// is missing.
void write_rope(nlohmann::ordered_json& json, const ModelConfig& config) {
  nlohmann::ordered_json scaling = {{"rope_type", "default"}};
  if (config.rope_factor != 1)
    scaling = {{"rope_type", "llama3"},
               {"factor", config.rope_factor},
               {"low_freq_factor", config.rope_low_frequency},
               {"high_freq_factor", config.rope_high_frequency},
               {"original_max_position_embeddings", config.rope_original_positions}};
  json["rope_theta"] = config.rope_base;
  if (config.rope_factor != 1) json["rope_scaling"] = scaling;
  scaling["rope_theta"] = config.rope_base;
  json["rope_parameters"] = scaling;
}

}  // namespace

ModelConfig parse_hf_config(std::string_view json, const std::string& origin) {
  const auto parsed = parse_strict_json(json, "model", origin, kDeepestConfig);
  return ConfigReader(JsonObject(parsed, "model", origin), origin).read();
}

std::string hf_config_json(const ModelConfig& config, std::string_view dtype,
                           const text::TokenizerData& tokenizer) {
  nlohmann::ordered_json json;
  json["architectures"] = {architecture(config.family)};
  json["model_type"] = config.family;
  json["hidden_size"] = config.width;
  json["intermediate_size"] = config.ffn_width;
  json["num_hidden_layers"] = config.layers;
  json["num_attention_heads"] = config.heads;
  json["num_key_value_heads"] = config.kv_heads;
  json["head_dim"] = config.head_width;
  json["hidden_act"] = "silu";
  json["max_position_embeddings"] = config.max_positions;
  json["rms_norm_eps"] = config.norm_epsilon;
  write_rope(json, config);
  json["vocab_size"] = config.vocabulary;
  json["tie_word_embeddings"] = config.tied_embeddings;
  if (config.family != "qwen2") json["attention_bias"] = false;
  if (config.family != "llama") json["use_sliding_window"] = false;
  write_generation_ids(json, tokenizer);
  json["torch_dtype"] = dtype;
  return json.dump(2) + "\n";
}

}  // namespace r2rank::model
