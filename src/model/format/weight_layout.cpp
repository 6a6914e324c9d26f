#include "model/format/weight_layout.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "model/format/model_files.h"
#include "model/format/shown.h"

namespace r2rank::model {
namespace {

using Names = std::pair<std::string_view, std::string_view>;

constexpr std::array<Names, 3> kOutside{{{"token_embd.weight", "model.embed_tokens.weight"},
                                         {"output_norm.weight", "model.norm.weight"},
                                         {"output.weight", "lm_head.weight"}}};
constexpr std::array<Names, 11> kInLayer{{{"attn_norm", "input_layernorm"},
                                          {"ffn_norm", "post_attention_layernorm"},
                                          {"attn_q", "self_attn.q_proj"},
                                          {"attn_k", "self_attn.k_proj"},
                                          {"attn_v", "self_attn.v_proj"},
                                          {"attn_output", "self_attn.o_proj"},
                                          {"attn_q_norm", "self_attn.q_norm"},
                                          {"attn_k_norm", "self_attn.k_norm"},
                                          {"ffn_gate", "mlp.gate_proj"},
                                          {"ffn_up", "mlp.up_proj"},
                                          {"ffn_down", "mlp.down_proj"}}};

template <size_t kCount>
std::optional<std::string_view> look_up(const std::array<Names, kCount>& names, std::string_view gguf_name) {
  const auto found = std::ranges::find(names, gguf_name, &Names::first);
  if (found == names.end()) return std::nullopt;
  return found->second;
}

bool is_layer_number(std::string_view text) {
  constexpr size_t kMostDigits = 4;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || text.size() > kMostDigits || !std::ranges::all_of(text, digit)) return false;
  return text.size() == 1 || text[0] != '0';
}

using Weights = std::vector<std::pair<std::string, std::vector<int64_t>>>;

void add_attention(Weights& weights, const ModelConfig& config, const std::string& layer) {
  const int64_t queries = config.heads * config.head_width, keys = config.kv_heads * config.head_width;
  const std::string block = layer + "self_attn.";
  weights.push_back({block + "q_proj.weight", {queries, config.width}});
  weights.push_back({block + "k_proj.weight", {keys, config.width}});
  weights.push_back({block + "v_proj.weight", {keys, config.width}});
  weights.push_back({block + "o_proj.weight", {config.width, queries}});
  if (config.qkv_bias) {
    weights.push_back({block + "q_proj.bias", {queries}});
    weights.push_back({block + "k_proj.bias", {keys}});
    weights.push_back({block + "v_proj.bias", {keys}});
  }
  if (config.qk_norm) {
    weights.push_back({block + "q_norm.weight", {config.head_width}});
    weights.push_back({block + "k_norm.weight", {config.head_width}});
  }
}

void add_layer(Weights& weights, const ModelConfig& config, int64_t index) {
  const std::string layer = "model.layers." + std::to_string(index) + ".";
  weights.push_back({layer + "input_layernorm.weight", {config.width}});
  add_attention(weights, config, layer);
  weights.push_back({layer + "post_attention_layernorm.weight", {config.width}});
  weights.push_back({layer + "mlp.gate_proj.weight", {config.ffn_width, config.width}});
  weights.push_back({layer + "mlp.up_proj.weight", {config.ffn_width, config.width}});
  weights.push_back({layer + "mlp.down_proj.weight", {config.width, config.ffn_width}});
}

void check_weight(const std::string& name, const std::vector<int64_t>& shape,
                  const std::map<std::string, StoredTensor>& tensors, const std::string& origin) {
  const auto found = tensors.find(name);
  if (found == tensors.end())
    base::fail_data("model", "{}: the weight '{}' of shape {} is missing; the file is incomplete", origin,
                    name, shape_text(shape));
  if (found->second.shape != shape)
    base::fail_data(
        "model",
        "{}: expected weight '{}' of shape {}, found {}; configuration and weights do not belong together",
        origin, name, shape_text(shape), shape_text(found->second.shape));
  if (found->second.type == StoredType::kI64)
    base::fail_data("model", "{}: weight '{}' holds integers, expected floating-point numbers", origin, name);
}

// Tables that follow from the configuration, and an output layer that tied embeddings replace.
bool may_be_ignored(const std::string& name, const ModelConfig& config) {
  return name.ends_with(".rotary_emb.inv_freq") || (name == "lm_head.weight" && config.tied_embeddings);
}

}  // namespace

std::optional<std::string> hugging_face_name(std::string_view gguf_name) {
  if (const auto outside = look_up(kOutside, gguf_name)) return std::string(*outside);
  constexpr std::string_view kPrefix = "blk.";
  if (!gguf_name.starts_with(kPrefix)) return std::nullopt;
  const std::string_view rest = gguf_name.substr(kPrefix.size());
  const size_t dot = rest.find('.'), last = rest.rfind('.');
  if (dot == std::string_view::npos || dot == last || !is_layer_number(rest.substr(0, dot)))
    return std::nullopt;
  const auto part = look_up(kInLayer, rest.substr(dot + 1, last - dot - 1));
  const std::string_view kind = rest.substr(last);  // with its dot
  if (!part || (kind != ".weight" && kind != ".bias")) return std::nullopt;
  std::string name = "model.layers.";
  return name.append(rest.substr(0, dot)).append(".").append(*part).append(kind);
}

std::vector<std::pair<std::string, std::vector<int64_t>>> expected_tensors(const ModelConfig& config) {
  Weights weights;
  weights.push_back({"model.embed_tokens.weight", {config.vocabulary, config.width}});
  for (int64_t layer = 0; layer < config.layers; ++layer) add_layer(weights, config, layer);
  weights.push_back({"model.norm.weight", {config.width}});
  if (!config.tied_embeddings) weights.push_back({"lm_head.weight", {config.vocabulary, config.width}});
  return weights;
}

void check_weights(const ModelConfig& config, const std::map<std::string, StoredTensor>& tensors,
                   const std::string& origin) {
  std::set<std::string> known;
  for (const auto& [name, shape] : expected_tensors(config)) {
    check_weight(name, shape, tensors, origin);
    known.insert(name);
  }
  for (const auto& [name, tensor] : tensors)
    if (!known.contains(name) && !may_be_ignored(name, config))
      base::fail_data(
          "model",
          "{}: the weight '{}' belongs to no {} model of this configuration, so results would be wrong",
          origin, shown(name), config.family);
}

}  // namespace r2rank::model
